#!/usr/bin/env bash
# Builds Solana programs to sBPF v3 with packages of Debian and crates.io only.
#
#   sbf.sh setup                 install the toolchain (once, about 4 minutes, needs root)
#   sbf.sh check                 say whether it is installed; exit 1 when it is not
#   sbf.sh version               print the toolchain in one line
#   sbf.sh build MANIFEST OUT [FEATURES]
#                                build the program of MANIFEST and copy its .so into OUT
#   sbf.sh lib MANIFEST TARGET   build the no_std library of MANIFEST; TARGET: sbpf or wasm32
#   sbf.sh wasm MANIFEST OUT     build the binary of MANIFEST for the browser, into OUT
#
# The toolchain lives in $SBF_HOME (default: $WHITTLE_CACHE/sbf, ~/.cache/whittle/sbf),
# the compiler's output in $CARGO_TARGET_DIR (default: $WHITTLE_CACHE/target).
# README.md beside this file says how it works.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${WHITTLE_CACHE:-$HOME/.cache/whittle}
SBF_HOME=${SBF_HOME:-$cache/sbf}
target_dir=${CARGO_TARGET_DIR:-$cache/target}

# Named by path: a rustup in front of PATH would put its own toolchain in their place.
rustc=/usr/bin/rustc
cargo=/usr/bin/cargo
rust_source=/usr/lib/rustlib/src/rust/library
# std.patch is cut for this release; `patch` decides whether a later one still fits.
rust_minor_min=96
llvm_major=23
linker_version=0.2.6

# Left over when a rustup cargo starts this script, and wrong for Debian's compiler.
unset CARGO RUSTC RUSTDOC RUSTUP_TOOLCHAIN LD_LIBRARY_PATH RUSTFLAGS CARGO_ENCODED_RUSTFLAGS

die() {
  echo "sbf.sh: $*" >&2
  exit 1
}

# ---------------------------------------------------------------- what is installed

compiler_is_new_enough() {
  local minor
  minor=$("$rustc" --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\)\..*/\1/p')
  [ "${minor:-0}" -ge "$rust_minor_min" ] && "$cargo" --version >/dev/null 2>&1 &&
    [ -d "$rust_source" ]
}

# What the installed library and its companions were made from. A new compiler or a change in
# this folder makes new ones.
library_stamp() {
  "$rustc" --version
  cat "$here"/std.patch "$here"/sbpf-solana.json "$here"/runtime/* | sha256sum
}

library_is_current() {
  [ "$(cat "$SBF_HOME/library.version" 2>/dev/null)" = "$(library_stamp)" ]
}

# Prints what is missing, one part a line; prints nothing when the toolchain is complete.
missing() {
  compiler_is_new_enough || {
    echo "Debian's rustc-web and cargo-web 1.$rust_minor_min or later, with rust-web-src"
    return
  }
  [ -e "$SBF_HOME/llvm/ready" ] || echo "LLVM $llvm_major in $SBF_HOME/llvm"
  [ -x "$SBF_HOME/bin/sbpf-linker" ] || echo "sbpf-linker $linker_version in $SBF_HOME/bin"
  [ -x "$SBF_HOME/bin/ld" ] || echo "the linker's wrapper $SBF_HOME/bin/ld"
  library_is_current || echo "the patched standard library in $SBF_HOME/library"
}

version() {
  local llvm
  # "llvm-toolchain-23 (1:23.1.4-2) unstable": Debian's changelog names the exact release.
  llvm=$(zcat "$SBF_HOME/llvm/root/usr/share/doc/libllvm$llvm_major/changelog.Debian.gz" 2>/dev/null |
    sed -n '1s/.*(\([0-9]*:\)\{0,1\}\([^)]*\)).*/\2/p') || true
  echo "tools/sbf: $("$rustc" --version | cut -d' ' -f1,2) (Debian), LLVM ${llvm:-$llvm_major}," \
    "sbpf-linker $linker_version"
}

check() {
  local lacks
  lacks=$(missing)
  if [ -n "$lacks" ]; then
    echo "sbf.sh: the sBPF toolchain is not set up. Missing:" >&2
    echo "  ${lacks//$'\n'/$'\n  '}" >&2
    echo "Run tools/sbf/sbf.sh setup (Debian on x86-64, as root)." >&2
    return 1
  fi
  version
}

# ---------------------------------------------------------------- setup

require_debian_and_root() {
  [ -e /etc/debian_version ] && command -v apt-get >/dev/null && [ "$(uname -m)" = x86_64 ] ||
    die "setup needs Debian on x86-64. Elsewhere use Solana's own tools:" \
      "cargo install cargo-build-sbf, then cargo build-sbf --arch v3."
  [ "$(id -u)" = 0 ] ||
    die "setup installs Debian packages and must run as root (building does not)."
}

install_compiler() {
  echo "sbf.sh: installing Debian's rustc-web, cargo-web and rust-web-src" >&2
  apt_get install rustc-web cargo-web rust-web-src gcc libc6-dev patch
  compiler_is_new_enough ||
    die "$("$rustc" --version 2>&1) is too old: the packages rustc-web, cargo-web and" \
      "rust-web-src 1.$rust_minor_min come with Debian's security updates; is that suite enabled?"
}

# Quiet unless it fails, and patient while another apt holds the lock.
apt_get() {
  local verb=$1
  shift
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    -o APT::Install-Recommends=false "$verb" -y "$@" >&2
}

# LLVM of Debian unstable with the C library it was built for, unpacked into a folder of its
# own. apt resolves the dependencies against an empty package status, so that all of them
# come, and never learns about this system, so that none of them is installed into it.
install_llvm() {
  local root=$SBF_HOME/llvm mirror deb
  echo "sbf.sh: unpacking LLVM $llvm_major" >&2
  rm -rf "$root"
  mkdir -p "$root"/{lists/partial,cache/archives/partial,root}
  : >"$root/status"
  # Whatever mirror this machine is already set up for.
  mirror=$(apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' |
    awk '/\/debian\/$/ && !seen++')
  [ -n "$mirror" ] || die "apt has no mirror whose address ends in /debian/"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" \
    >"$root/sources.list"
  local aside=(-o "Dir::Etc::sourcelist=$root/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::Lists=$root/lists" -o "Dir::Cache=$root/cache"
    -o "Dir::State::status=$root/status" -o APT::Sandbox::User=root)
  apt_get update "${aside[@]}"
  apt_get install "${aside[@]}" --download-only "libllvm$llvm_major"
  for deb in "$root"/cache/archives/*.deb; do dpkg-deb -x "$deb" "$root/root"; done
  rm -rf "$root"/{cache,lists}
  touch "$root/ready"
}

install_linker() {
  echo "sbf.sh: compiling sbpf-linker $linker_version" >&2
  RUSTC=$rustc "$cargo" install sbpf-linker --version "=$linker_version" --locked --quiet \
    --root "$SBF_HOME" --target-dir "$SBF_HOME/linker-build"
  rm -rf "$SBF_HOME/linker-build"
}

# The linker loads LLVM at run time, and that LLVM wants a newer C library than the system's:
# both come from the unpacked folder, through the loader that belongs to them.
write_linker_wrapper() {
  cat >"$SBF_HOME/bin/ld" <<LD
#!/bin/sh
lib="$SBF_HOME/llvm/root/usr/lib"
LD_LIBRARY_PATH="\$lib/x86_64-linux-gnu" exec "\$lib/../lib64/ld-linux-x86-64.so.2" \\
  --library-path "\$lib/x86_64-linux-gnu" "$SBF_HOME/bin/sbpf-linker" "\$@"
LD
  chmod +x "$SBF_HOME/bin/ld"
}

patch_library() {
  local new=$SBF_HOME/library.new
  rm -rf "$new" "$SBF_HOME/library.version"
  cp -aL "$rust_source" "$new"
  patch -d "$new" -p1 --quiet <"$here/std.patch" ||
    die "std.patch does not fit the library of $("$rustc" --version): adapt it, see README.md"
  mkdir "$new/std/src/sbpf_runtime"
  cp "$here"/runtime/*.rs "$new/std/src/sbpf_runtime/"
  rm -rf "$SBF_HOME/library"
  mv "$new" "$SBF_HOME/library"
  # Named by the compiler's flags: beside the library they have one path for every clone, so
  # that a second clone finds the first one's output still fresh.
  install -m 644 "$here/sbpf-solana.json" "$here/runtime/wide.ll" "$SBF_HOME/"
  library_stamp >"$SBF_HOME/library.version"
}

setup() {
  if [ -n "$(missing)" ]; then
    require_debian_and_root
    mkdir -p "$SBF_HOME"
    # One setup at a time: a second one waits, then finds everything in place.
    exec 9>"$SBF_HOME/lock"
    flock 9
    compiler_is_new_enough && [ -e "$SBF_HOME/llvm/ready" ] || apt_get update
    compiler_is_new_enough || install_compiler
    [ -e "$SBF_HOME/llvm/ready" ] || install_llvm
    [ -x "$SBF_HOME/bin/sbpf-linker" ] || install_linker
    write_linker_wrapper
    library_is_current || patch_library
    exec 9>&-
  fi
  check
}

# ---------------------------------------------------------------- builds

# Sets `flags` to what rustc is told for sBPF v3.
sbpf_flags() {
  local arg
  flags=(
    -C "linker=$SBF_HOME/bin/ld" -C panic=abort -C relocation-model=static
    -C target-cpu=v4 -C target-feature=+allows-misaligned-mem-access
    -C "link-arg=$SBF_HOME/wide.ll" -C link-arg=--arch=v3 -C link-arg=--deploy=false
    # sBPF v3 wants system calls by hash; the Solana crates look for this name to make them so.
    --cfg 'target_feature="static-syscalls"' -A explicit_builtin_cfgs_in_flags
  )
  # A stack frame has 4,096 bytes in Solana's virtual machine, and of the instructions that
  # BPF gained in its version 4 it lacks those disabled here.
  for arg in -bpf-stack-size=4096 --bpf-max-stores-per-memfunc=5 \
    --disable-gotox --disable-ldsx --disable-movsx --disable-bswap; do
    flags+=(-C "link-arg=--llvm-args=$arg")
  done
}

# Cargo sees no change inside the library source, nor in a file given to the linker: another
# library gets another output folder.
sbpf_target_dir() {
  echo "$target_dir/sbf-$(sha256sum <"$SBF_HOME/library.version" | cut -c1-8)"
}

# Debian's cargo for the sBPF target, with the patched library as the source of std.
sbpf_cargo() {
  local flags encoded
  sbpf_flags
  printf -v encoded '%s\x1f' "${flags[@]}"
  RUSTC=$rustc RUSTC_BOOTSTRAP=1 RUSTC_BOOTSTRAP_SYNTHETIC_TARGET=1 \
    __CARGO_TESTS_ONLY_SRC_ROOT="$SBF_HOME/library" \
    CARGO_ENCODED_RUSTFLAGS="${encoded%$'\x1f'}" \
    "$cargo" "$@" --release --locked --target "$SBF_HOME/sbpf-solana.json" \
    --target-dir "$(sbpf_target_dir)" -Zjson-target-spec
}

build() {
  local manifest=$1 out=$2 features=${3:-} release library
  check >&2
  release=$(sbpf_target_dir)/sbpf-solana/release
  # So that only what this build makes is copied below.
  rm -f "$release"/lib*.so
  sbpf_cargo build --manifest-path "$manifest" --features "$features" -Zbuild-std=std,panic_abort -Zbuild-std-features=
  mkdir -p "$out"
  for library in "$release"/lib*.so; do
    [ -e "$library" ] || die "$manifest has no cdylib: nothing to copy"
    cp "$library" "$out/$(basename "$library" | sed 's/^lib//')"
  done
}

# Debian's cargo for the browser, with its own library built from source.
wasm_cargo() {
  local lld
  # Debian's compiler carries no linker for wasm; rustup's does, where there is one. A plain library
  # needs none.
  lld=$(cd "$here" && rustup which rustc 2>/dev/null) || lld=
  lld=${lld%/bin/rustc}/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
  if [ -x "$lld" ]; then export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$lld; fi
  RUSTC=$rustc RUSTC_BOOTSTRAP=1 "$cargo" "$@" --locked --target wasm32-unknown-unknown \
    --target-dir "$target_dir/wasm32"
}

# A no_std library alone: proof that it needs nothing but `core` on that target.
build_lib() {
  local manifest=$1
  check >&2
  case $2 in
    sbpf) sbpf_cargo build --lib --manifest-path "$manifest" -Zbuild-std=core ;;
    wasm32) wasm_cargo build --lib --manifest-path "$manifest" --release -Zbuild-std=core ;;
    *) die "unknown target $2: sbpf or wasm32" ;;
  esac
}

# A binary for the browser, as the compiler left it.
build_wasm() {
  local manifest=$1 out=$2 built=$target_dir/wasm32/wasm32-unknown-unknown/wasm binary
  check >&2
  rm -f "$built"/*.wasm
  wasm_cargo build --bins --manifest-path "$manifest" --profile wasm -Zbuild-std=std,panic_abort
  mkdir -p "$out"
  for binary in "$built"/*.wasm; do
    [ -e "$binary" ] || die "$manifest has no binary: nothing to copy"
    cp "$binary" "$out/"
  done
}

usage() {
  sed -n '/^#   sbf/s/^# *//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

case "${1:-}:$#" in
  setup:1) setup ;;
  check:1) check ;;
  version:1) version ;;
  build:3 | build:4) build "${@:2}" ;;
  lib:3) build_lib "$2" "$3" ;;
  wasm:3) build_wasm "$2" "$3" ;;
  *) usage ;;
esac
