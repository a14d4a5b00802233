target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

; (The linker knows this file for what it is by its first line: no comment may stand above.)
;
; 128-bit helpers as LLVM 23 calls them: the result comes back in two registers, which
; rustc 1.96 cannot write for this target. So each function here takes the numbers apart, lets
; wide.rs work on the halves through a pointer, and puts the answer together. Division with a
; sign divides the magnitudes; the quotient is negative when the signs differ, the remainder
; when the dividend is.

declare void @sbpf_multi3(ptr, i64, i64, i64, i64)
declare void @sbpf_udivmodti4(ptr, i64, i64, i64, i64)
declare void @sbpf_shlti3(ptr, i64, i64, i32)
declare void @sbpf_lshrti3(ptr, i64, i64, i32)
declare void @sbpf_ashrti3(ptr, i64, i64, i32)

define i128 @__multi3(i128 %a, i128 %b) {
  %o = alloca [2 x i64]
  %al = trunc i128 %a to i64
  %as = lshr i128 %a, 64
  %ah = trunc i128 %as to i64
  %bl = trunc i128 %b to i64
  %bs = lshr i128 %b, 64
  %bh = trunc i128 %bs to i64
  call void @sbpf_multi3(ptr %o, i64 %al, i64 %ah, i64 %bl, i64 %bh)
  %pl = getelementptr i64, ptr %o, i64 0
  %ph = getelementptr i64, ptr %o, i64 1
  %rl = load i64, ptr %pl
  %rh = load i64, ptr %ph
  %xl = zext i64 %rl to i128
  %xh = zext i64 %rh to i128
  %xs = shl i128 %xh, 64
  %x = or i128 %xs, %xl
  ret i128 %x
}

define i128 @__udivti3(i128 %a, i128 %b) {
  %o = alloca [4 x i64]
  %al = trunc i128 %a to i64
  %as = lshr i128 %a, 64
  %ah = trunc i128 %as to i64
  %bl = trunc i128 %b to i64
  %bs = lshr i128 %b, 64
  %bh = trunc i128 %bs to i64
  call void @sbpf_udivmodti4(ptr %o, i64 %al, i64 %ah, i64 %bl, i64 %bh)
  %pl = getelementptr i64, ptr %o, i64 0
  %ph = getelementptr i64, ptr %o, i64 1
  %rl = load i64, ptr %pl
  %rh = load i64, ptr %ph
  %xl = zext i64 %rl to i128
  %xh = zext i64 %rh to i128
  %xs = shl i128 %xh, 64
  %x = or i128 %xs, %xl
  ret i128 %x
}

define i128 @__umodti3(i128 %a, i128 %b) {
  %o = alloca [4 x i64]
  %al = trunc i128 %a to i64
  %as = lshr i128 %a, 64
  %ah = trunc i128 %as to i64
  %bl = trunc i128 %b to i64
  %bs = lshr i128 %b, 64
  %bh = trunc i128 %bs to i64
  call void @sbpf_udivmodti4(ptr %o, i64 %al, i64 %ah, i64 %bl, i64 %bh)
  %pl = getelementptr i64, ptr %o, i64 2
  %ph = getelementptr i64, ptr %o, i64 3
  %rl = load i64, ptr %pl
  %rh = load i64, ptr %ph
  %xl = zext i64 %rl to i128
  %xh = zext i64 %rh to i128
  %xs = shl i128 %xh, 64
  %x = or i128 %xs, %xl
  ret i128 %x
}

define i128 @__divti3(i128 %sa, i128 %sb) {
  %o = alloca [4 x i64]
  %an = icmp slt i128 %sa, 0
  %bn = icmp slt i128 %sb, 0
  %am = sub i128 0, %sa
  %bm = sub i128 0, %sb
  %a = select i1 %an, i128 %am, i128 %sa
  %b = select i1 %bn, i128 %bm, i128 %sb
  %al = trunc i128 %a to i64
  %as = lshr i128 %a, 64
  %ah = trunc i128 %as to i64
  %bl = trunc i128 %b to i64
  %bs = lshr i128 %b, 64
  %bh = trunc i128 %bs to i64
  call void @sbpf_udivmodti4(ptr %o, i64 %al, i64 %ah, i64 %bl, i64 %bh)
  %pl = getelementptr i64, ptr %o, i64 0
  %ph = getelementptr i64, ptr %o, i64 1
  %rl = load i64, ptr %pl
  %rh = load i64, ptr %ph
  %xl = zext i64 %rl to i128
  %xh = zext i64 %rh to i128
  %xs = shl i128 %xh, 64
  %x = or i128 %xs, %xl
  %xr = xor i1 %an, %bn
  %n = sub i128 0, %x
  %res = select i1 %xr, i128 %n, i128 %x
  ret i128 %res
}

define i128 @__modti3(i128 %sa, i128 %sb) {
  %o = alloca [4 x i64]
  %an = icmp slt i128 %sa, 0
  %bn = icmp slt i128 %sb, 0
  %am = sub i128 0, %sa
  %bm = sub i128 0, %sb
  %a = select i1 %an, i128 %am, i128 %sa
  %b = select i1 %bn, i128 %bm, i128 %sb
  %al = trunc i128 %a to i64
  %as = lshr i128 %a, 64
  %ah = trunc i128 %as to i64
  %bl = trunc i128 %b to i64
  %bs = lshr i128 %b, 64
  %bh = trunc i128 %bs to i64
  call void @sbpf_udivmodti4(ptr %o, i64 %al, i64 %ah, i64 %bl, i64 %bh)
  %pl = getelementptr i64, ptr %o, i64 2
  %ph = getelementptr i64, ptr %o, i64 3
  %rl = load i64, ptr %pl
  %rh = load i64, ptr %ph
  %xl = zext i64 %rl to i128
  %xh = zext i64 %rh to i128
  %xs = shl i128 %xh, 64
  %x = or i128 %xs, %xl
  %n = sub i128 0, %x
  %res = select i1 %an, i128 %n, i128 %x
  ret i128 %res
}

define i128 @__ashlti3(i128 %a, i32 %s) {
  %o = alloca [2 x i64]
  %al = trunc i128 %a to i64
  %as = lshr i128 %a, 64
  %ah = trunc i128 %as to i64
  call void @sbpf_shlti3(ptr %o, i64 %al, i64 %ah, i32 %s)
  %pl = getelementptr i64, ptr %o, i64 0
  %ph = getelementptr i64, ptr %o, i64 1
  %rl = load i64, ptr %pl
  %rh = load i64, ptr %ph
  %xl = zext i64 %rl to i128
  %xh = zext i64 %rh to i128
  %xs = shl i128 %xh, 64
  %x = or i128 %xs, %xl
  ret i128 %x
}

define i128 @__lshrti3(i128 %a, i32 %s) {
  %o = alloca [2 x i64]
  %al = trunc i128 %a to i64
  %as = lshr i128 %a, 64
  %ah = trunc i128 %as to i64
  call void @sbpf_lshrti3(ptr %o, i64 %al, i64 %ah, i32 %s)
  %pl = getelementptr i64, ptr %o, i64 0
  %ph = getelementptr i64, ptr %o, i64 1
  %rl = load i64, ptr %pl
  %rh = load i64, ptr %ph
  %xl = zext i64 %rl to i128
  %xh = zext i64 %rh to i128
  %xs = shl i128 %xh, 64
  %x = or i128 %xs, %xl
  ret i128 %x
}

define i128 @__ashrti3(i128 %a, i32 %s) {
  %o = alloca [2 x i64]
  %al = trunc i128 %a to i64
  %as = lshr i128 %a, 64
  %ah = trunc i128 %as to i64
  call void @sbpf_ashrti3(ptr %o, i64 %al, i64 %ah, i32 %s)
  %pl = getelementptr i64, ptr %o, i64 0
  %ph = getelementptr i64, ptr %o, i64 1
  %rl = load i64, ptr %pl
  %rh = load i64, ptr %ph
  %xl = zext i64 %rl to i128
  %xh = zext i64 %rh to i128
  %xs = shl i128 %xh, 64
  %x = or i128 %xs, %xl
  ret i128 %x
}
