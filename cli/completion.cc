// Walks the tree of commands and writes it down in each shell's form.
#include "cli/completion.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace cofilter::cli {
namespace {

struct Node {
  std::string path;                // "models promote"; empty for the program itself
  std::vector<std::string> words;  // commands and long options
  std::vector<std::pair<std::string, std::string>> described;  // the same with their description
};

void Walk(const CLI::App& app, const std::string& path, std::vector<Node>* nodes) {
  Node node{path, {}, {}};
  const auto add = [&node](const std::string& word, const std::string& description) {
    node.words.push_back(word);
    node.described.emplace_back(word, description.substr(0, description.find('\n')));
  };
  std::vector<const CLI::App*> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name().empty()) continue;
    commands.push_back(command);
    add(command->get_name(), command->get_description());
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      add("--" + name, option->get_description());
  }
  nodes->push_back(std::move(node));
  for (const CLI::App* command : commands) {
    Walk(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), nodes);
  }
}

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string Bash(const std::vector<Node>& nodes) {
  std::string script =
      "# bash completion for cofilter: source it, or put it in /etc/bash_completion.d\n"
      "_cofilter() {\n"
      "  local path='' word i current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${COMP_WORDS[i]}\"\n"
      "    [[ $word == -* ]] || path=\"${path:+$path }$word\"\n"
      "  done\n"
      "  while true; do\n"
      "    case \"$path\" in\n";
  for (const Node& node : nodes) {
    absl::StrAppend(&script, "      ", Quoted(node.path), ") COMPREPLY=($(compgen -W ",
                    Quoted(absl::StrJoin(node.words, " ")), " -- \"$current\")); break ;;\n");
  }
  absl::StrAppend(&script,
                  "    esac\n"
                  "    [[ $path == *' '* ]] && path=\"${path% *}\" || path=''\n"
                  "  done\n"
                  "  [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- \"$current\"))\n"
                  "}\n"
                  "complete -F _cofilter cofilter\n");
  return script;
}

std::string Zsh(const std::vector<Node>& nodes) {
  return absl::StrCat("#compdef cofilter\nautoload -U +X bashcompinit && bashcompinit\n",
                      Bash(nodes));
}

std::string Fish(const std::vector<Node>& nodes) {
  std::string script = "# fish completion for cofilter\ncomplete -c cofilter -f\n";
  for (const Node& node : nodes) {
    std::string condition = "__fish_use_subcommand";
    if (!node.path.empty()) {
      condition = absl::StrCat("__fish_seen_subcommand_from ",
                               node.path.substr(node.path.find_last_of(' ') + 1));
    }
    for (const auto& [word, description] : node.described) {
      const bool option = word.rfind("--", 0) == 0;
      absl::StrAppend(&script, "complete -c cofilter -n ", Quoted(condition),
                      option ? " -l " : " -a ", option ? word.substr(2) : word, " -d ",
                      Quoted(description), "\n");
    }
  }
  return script;
}

}  // namespace

absl::StatusOr<std::string> CompletionScript(const CLI::App& app, std::string_view shell) {
  std::vector<Node> nodes;
  Walk(app, "", &nodes);
  if (shell == "bash") return Bash(nodes);
  if (shell == "zsh") return Zsh(nodes);
  if (shell == "fish") return Fish(nodes);
  return absl::InvalidArgumentError(
      absl::StrCat("shell: '", std::string(shell), "' is not bash, zsh or fish"));
}

}  // namespace cofilter::cli
