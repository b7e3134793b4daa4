# Processor time from /proc, free ports, waiting for a server, publishing.
free_port() { # Returns no port twice: a caller may ask for several before its server listens on the first.
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        grep -qsx "$port" "$workspace/ports" || (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port" | tee -a "$workspace/ports"
}

# Prints the processor seconds that a process has used, including those of children that it has already waited for.
cpu_of() {
    [ -r "/proc/$1/stat" ] || { echo 0; return; }
    # After the parenthesised name, utime, stime, cutime and cstime are the 12th to 15th fields.
    sed 's/.*) //' "/proc/$1/stat" | awk -v hz="$(getconf CLK_TCK)" '{ printf "%.2f\n", ($12 + $13 + $14 + $15) / hz }'
}

# The same for a process and its living children; the parent's figure includes children that have exited.
cpu_of_tree() {
    local pid
    { cpu_of "$1"; for pid in $(cat /proc/"$1"/task/*/children 2>/dev/null); do cpu_of "$pid"; done; } |
        awk '{ sum += $1 } END { printf "%.2f\n", sum }'
}

wait_for() {
    local url=$1 pid=$2 tries=600
    until curl -fsS -o /dev/null "$url" 2>/dev/null; do
        tries=$((tries - 1))
        kill -0 "$pid" 2>/dev/null || { echo "the server ended before it was ready" >&2; return 1; }
        [ "$tries" -gt 0 ] || { echo "the server was not ready within 60 s" >&2; return 1; }
        sleep 0.1
    done
}

# Publishes a project as for a deployment: compiled ahead of time for this machine, so that a fresh process warms up quickly.
publish_project() { # arguments: project, directory for all projects, log
    dotnet publish -c Release -v quiet --use-current-runtime --self-contained false "$1" -o "$2/$(basename "$1")" >"$3" 2>&1 ||
        { cat "$3" >&2; exit 1; }
}
