using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;
using Granary.Hosting.Settings;
using Spectre.Console;

namespace Granary.Commands.Grammar;

/// <summary>
/// The command <c>completion bash</c>: writes a script that completes commands, options, settings and their values. The script is
/// made from the grammar and does not start the program, which would take longer than a person waits for a word.
/// </summary>
internal static class CompletionCommand
{
    /// <summary>Puts it together.</summary>
    public static Command Create(Command root, IAnsiConsole console)
    {
        var bash = GranaryCommand.Of("bash", "Writes a completion script for bash", "completion bash > /etc/bash_completion.d/granary");
        bash.SetAction(_ =>
        {
            console.Say(Script(root));
            return 0;
        });
        return new Command("completion", "Writes a script that completes command lines in a shell") { bash };
    }

    private static string Script(Command root)
    {
        var (paths, words, values) = (new List<string>(), new StringBuilder(), new SortedSet<string>(StringComparer.Ordinal));
        Describe(root, "", paths, words, values);
        foreach (var key in SettingKeys.All)
        {
            values.Add(Case("--" + key.Name, string.Join(' ', key.Choices)));
        }

        return $$"""
            # Completes granary in bash: source <(granary completion bash)
            _granary() {
                # Bash splits words at : and =, which keys contain.
                local -a words=()
                local i word glued=""
                for ((i = 1; i <= COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    if [[ ${#words[@]} -gt 0 && ( -n $glued || $word == [:=]* ) ]]; then
                        words[-1]+=$word
                    else
                        words+=("$word")
                    fi
                    glued=""
                    [[ $word == [:=]* ]] && glued=1
                done

                local current=${words[-1]} previous="" path="" choices=""
                for word in "${words[@]:0:${#words[@]}-1}"; do
                    case "$path/$word" in
                        {{string.Join('|', paths)}}) path=$path/$word ;;
                    esac
                    previous=$word
                done

                # A value after = belongs to the key before it.
                local value=$current
                [[ $current == --*=* ]] && previous=${current%%=*} value=${current#*=}

                case "$previous" in
            {{string.Concat(values).TrimEnd('\n')}}
                    *)
                        case "$path" in
            {{words.ToString().TrimEnd('\n')}}
                        esac
                        [[ $current == -* ]] && choices+=" {{string.Join(' ', CommandSettings.Names)}}"
                        ;;
                esac
                COMPREPLY=($(compgen -W "$choices" -- "$value"))
                if [[ $value == *:* && $COMP_WORDBREAKS == *:* ]]; then
                    COMPREPLY=("${COMPREPLY[@]#"${value%"${value##*:}"}"}")
                fi
            }
            complete -o default -F _granary granary Granary.Api
            """;
    }

    private static void Describe(Command command, string path, List<string> paths, StringBuilder words, SortedSet<string> values)
    {
        var options = command.Options.Where(option => !option.Hidden).ToList();

        // An argument is a file, which bash completes where there is no other choice.
        var names = command.Subcommands.Select(below => below.Name).Concat(options.Select(option => option.Name).Append("--help").Distinct());
        words.Append("            " + Case(path.Length == 0 ? "\"\"" : path, command.Arguments.Count == 0 ? string.Join(' ', names) : ""));
        foreach (var option in options.Where(option => option.Arity.MinimumNumberOfValues > 0))
        {
            values.Add(Case(option.Name, string.Join(' ', option.GetCompletions(CompletionContext.Empty).Select(item => item.Label))));
        }

        foreach (var below in command.Subcommands)
        {
            paths.Add($"{path}/{below.Name}");
            Describe(below, $"{path}/{below.Name}", paths, words, values);
        }
    }

    private static string Case(string pattern, string choices) => $"        {pattern}) choices=\"{choices}\" ;;\n";
}
