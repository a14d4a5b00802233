#!/bin/sh
# cargo's RUSTC_WRAPPER: instruments the risk crate and the properties, and nothing else, so that the
# fuzzer is led by what the arithmetic does and not by how cases are drawn. Functions that the compiler
# takes over into the properties are instrumented there.
case " $* " in
*" --crate-name whittle_risk "* | *" --crate-name properties "* | *" --crate-name num "*)
  exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares
  ;;
*) exec "$@" ;;
esac
