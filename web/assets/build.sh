#!/usr/bin/env bash
# Compiles the style sheet of the pages into dist/. Needs Node.js and npm; the
# packages come from package-lock.json and nothing else.
set -euo pipefail
cd "$(dirname "$0")"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! npm ci --no-audit --no-fund --ignore-scripts >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "The packages of the style sheet could not be installed. The last lines of npm are above." >&2
	exit 1
fi
npm run --silent build
if grep -qE 'url\((https?:)?//' dist/app.css; then
	echo "The style sheet would load something from the network; that is not allowed." >&2
	exit 1
fi
