#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that are missing, and nothing else.
#   tools/install.sh run        what a site needs to run: PostgreSQL, Node.js for the style sheets
#   tools/install.sh run test   also what the tests call as outside judges
set -euo pipefail

want=()
need() { # need COMMAND-OR-FILE PACKAGE
	if ! command -v "$1" >/dev/null 2>&1 && [ ! -e "$1" ]; then want+=("$2"); fi
}

for purpose in "$@"; do
	case "$purpose" in
	run)
		compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null 2>&1 || want+=(postgresql)
		need node nodejs
		need npm npm
		;;
	test)
		command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || want+=(chromium)
		need qpdf qpdf
		need dmtxread dmtx-utils
		need zbarimg zbar-tools
		need pdftotext poppler-utils
		need mutool mupdf-tools
		need openssl openssl
		need psql postgresql-client
		need /usr/lib/python3/dist-packages/aiosmtpd python3-aiosmtpd
		;;
	*)
		echo "tools/install.sh: what is \"$purpose\"? Say run or test." >&2
		exit 2
		;;
	esac
done

[ ${#want[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "These packages are missing: ${want[*]}. Install them, or run this as root or as a user with sudo." >&2
		exit 1
	fi
	sudo=(sudo)
fi
if ! command -v apt-get >/dev/null 2>&1; then
	echo "These packages are missing: ${want[*]}. This is not Debian or Ubuntu: install them by hand." >&2
	exit 1
fi

echo "Installing what is missing: ${want[*]}"
# The package would start a server of its own, which nobody here needs.
conf=/etc/postgresql-common/createcluster.conf
if [ ! -e "$conf" ]; then
	"${sudo[@]}" mkdir -p "$(dirname "$conf")"
	echo 'create_main_cluster = false' | "${sudo[@]}" tee "$conf" >/dev/null
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${sudo[@]}" apt-get update &&
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		-o Dpkg::Options::=--force-confold "${want[@]}"; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "The packages could not be installed. The last lines of apt-get are above." >&2
	exit 1
fi
