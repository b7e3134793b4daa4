#!/usr/bin/env bash
# Draws the layers of src/ from the project references of its projects, top layer first.
#   docs/layers.sh           prints the drawing
#   docs/layers.sh --write   puts it into docs/architecture.md
#   docs/layers.sh --check   fails if docs/architecture.md shows another drawing
# A project stands one layer above the highest project that it references, so every arrow points down. The script fails if
# the references form a cycle.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

draw() {
    local project
    for project in src/*/*.csproj; do
        printf '%s' "$(basename "$project" .csproj)"
        { grep -o 'ProjectReference Include="[^"]*"' "$project" || true; } | sed 's#.*/##; s#\.csproj"##' | sort | tr '\n' ' ' | sed 's/^/ /'
        echo
    done | awk '
        { uses[$1] = ""; names[++count] = $1; for (i = 2; i <= NF; i++) uses[$1] = uses[$1] " " $i }
        function layer(name,    parts, n, i, below, highest) {
            if (name in known) return known[name]
            if (name in open) { print "layers.sh: " name " references itself by way of others" > "/dev/stderr"; exit 1 }
            open[name] = 1
            n = split(uses[name], parts, " ")
            for (i = 1; i <= n; i++) { below = layer(parts[i]); if (below > highest) highest = below }
            delete open[name]
            return known[name] = highest + 1
        }
        END {
            for (i = 1; i <= count; i++) { at = layer(names[i]); if (at > top) top = at }
            for (at = top; at >= 1; at--) {
                for (i = 1; i <= count; i++) if (known[names[i]] == at) {
                    n = split(uses[names[i]], parts, " ")
                    line = sprintf("%d  %-18s", at, names[i])
                    # The highest layer first: the arrow goes down step by step.
                    targets = ""
                    for (step = at - 1; step >= 1; step--) for (j = 1; j <= n; j++) if (known[parts[j]] == step) targets = targets (targets == "" ? "" : ", ") parts[j]
                    print (targets == "" ? line "(nothing of ours)" : line "──► " targets)
                }
            }
        }'
}

readonly page=docs/architecture.md begin='<!-- layers: written by docs/layers.sh -->' end='<!-- /layers -->'

shown() { sed -n "/^$(sed 's#/#\\/#g' <<<"$begin")\$/,/^$(sed 's#/#\\/#g' <<<"$end")\$/p" "$page" | sed '1,2d' | head -n -2; }

case "${1:-}" in
    "") draw ;;
    --write)
        drawing=$(draw)
        awk -v begin="$begin" -v end="$end" -v drawing="$drawing" '
            $0 == begin { print; print "```"; print drawing; print "```"; skip = 1; next }
            $0 == end { skip = 0 }
            !skip' "$page" >"$page.new"
        mv "$page.new" "$page"
        ;;
    --check)
        if ! difference=$(diff <(shown) <(draw)); then
            echo "$page does not show the layers that the project references make; run docs/layers.sh --write:" >&2
            echo "$difference" >&2
            exit 1
        fi
        ;;
    *) echo "usage: docs/layers.sh [--write | --check]" >&2; exit 64 ;;
esac
