#!/bin/sh
# cargo's RUSTC_WORKSPACE_WRAPPER: lets the program and the risk crate count the lines that they run, and
# lab write the counts. Other packages stay as they were built.
case " $* " in
*" --crate-name whittle "* | *" --crate-name whittle_risk "* | *" --crate-name lab "*)
  exec "$@" -Cinstrument-coverage
  ;;
*) exec "$@" ;;
esac
