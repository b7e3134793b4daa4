#!/usr/bin/env bash
# Bundles the console's libraries into one minified ES module, and copies their licences beside it.
#   build.sh            writes ../app/vendor.js and ../app/vendor.LICENSES.txt
#   build.sh DIRECTORY  writes the two files there; tests/Console.Tests compares them with those that are committed
# The same package-lock.json makes the same bytes on every machine. It needs node and npm; building the product does not.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
to=$(mkdir -p "${1:-$here/../app}" && cd "${1:-$here/../app}" && pwd)

# In a directory of its own: two runs at once do not meet, and nothing is left in the repository.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/{package.json,package-lock.json,entry.js} "$work"
cd "$work"
npm ci --no-audit --no-fund --loglevel=error >&2
node_modules/.bin/esbuild entry.js --bundle --minify --format=esm --target=es2022 --charset=utf8 --legal-comments=none \
    --banner:js='// Preact, htm and uPlot, bundled by ../vendor/build.sh; see vendor.LICENSES.txt.' --outfile="$to/vendor.js" --log-level=warning
for package in preact htm uplot; do
    version=$(node -p "require('./node_modules/$package/package.json').version")
    printf '== %s %s ==\n\n' "$package" "$version"
    cat "node_modules/$package/LICENSE"
    printf '\n\n'
done >"$to/vendor.LICENSES.txt"
