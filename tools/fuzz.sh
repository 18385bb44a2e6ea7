#!/usr/bin/env bash
# Runs every fuzz target of the house, one after the other, for the time given.
set -euo pipefail
time=${1:-20s}
grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do
	dir=$(dirname "$file")
	grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | awk '{print $2}' | while read -r target; do
		echo "$dir $target $time"
		go test "$dir" -run '^$' -fuzz "^${target}\$" -fuzztime "$time" -fuzzminimizetime 1x </dev/null | grep -E '^(ok|FAIL|---|panic)|Failing' || exit 1
	done
done
