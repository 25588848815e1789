#!/usr/bin/env python3
"""test_completion.py SHELL BINARY: types half a line into a shell, presses Tab, and looks at the line.

The shell runs on a terminal of its own with nothing but the completion that the binary writes. Skipped (77) if it is not there.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

# what is typed, and what the line is after Tab; rows of tables are in NAMED
LINES = [
    ("lrpscope check x", r"lrpscope check x\ y.onnx"),
    ("lrpscope vg", "lrpscope vgg.onnx"),
    ("lrpscope explain vgg.onnx --prof", "lrpscope explain vgg.onnx --profile"),
    ("lrpscope check vgg.onnx --prof", "lrpscope check vgg.onnx --prof"),  # no option of check
    ("lrpscope vgg.onnx --no-m", "lrpscope vgg.onnx --no-mouse"),
    ("lrpscope explain vgg.onnx --no-m", "lrpscope explain vgg.onnx --no-m"),
    ("lrpscope --gener", "lrpscope --gener"),  # hidden
    ("lrpscope vgg.onnx --color d", "lrpscope vgg.onnx --color direct"),
    ("lrpscope explain --rule fir", "lrpscope explain --rule first="),
    ("lrpscope explain --rules la", "lrpscope explain --rules labels.txt"),
    ("lrpscope explain --rules=la", "lrpscope explain --rules=labels.txt"),
    ("lrpscope explain --input image=la", "lrpscope explain --input image=labels.txt"),
    ("lrpscope explain --target la", "lrpscope explain --target la"),  # anything: no file
    ("lrpscope -q explain vgg.onnx --prof", "lrpscope -q explain vgg.onnx --profile"),
]

# the words before, the beginning of a name, and the tables it is of: it grows by what all names that begin so have in common
NAMED = [
    ("lrpscope ", "che", ["commands"]),
    ("lrpscope ", "colorm", ["commands"]),
    ("lrpscope explain --convention ", "ju", ["conventions"]),
    ("lrpscope explain --convention=", "ju", ["conventions"]),
    ("lrpscope explain --composite ", "ep", ["composites", "rules"]),
    ("lrpscope explain --composite ", "epsilon-g", ["composites", "rules"]),
    ("lrpscope explain --composite=", "w-", ["composites", "rules"]),
    ("lrpscope explain --colormap ", "sei", ["colormaps"]),
    ("lrpscope explain --rule first=", "z-b", ["rules"]),
    ("lrpscope explain --rule 3..5=", "al", ["rules"]),
    ("lrpscope explain --rule type:convolution=", "w-s", ["rules"]),
    ("lrpscope explain --rule=first=", "z-b", ["rules"]),
]


def named_lines(binary, commands):
    """What NAMED comes to with the tables as they are."""
    def listed(table):
        if table == "commands":
            return commands
        if table == "conventions":  # the message of a wrong one has all
            wrong = subprocess.run([binary, "explain", "m", "i", "--convention", "-"], capture_output=True, text=True)
            return re.findall(r"[a-z0-9-]+", wrong.stderr.split("\n")[0].split("convention", 1)[1])
        lines = subprocess.run([binary, table], check=True, capture_output=True, text=True).stdout.splitlines()
        return [line.split()[0] for line in lines[1:] if line.strip()]
    for before, word, tables in NAMED:
        fits = [name for table in tables for name in listed(table) if name.startswith(word)]
        if not fits:
            sys.exit(f"FAILED: no name of {' or '.join(tables)} begins with {word}")
        yield before + word, before + os.path.commonprefix(fits)

# the shell, and what makes Ctrl-O write the line into a file, Ctrl-P what is offered for it, and that all is ready
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], r"""
bind 'set bell-style none'; bind 'set completion-query-items 0'; bind 'set page-completions off'
show() { printf %s "$READLINE_LINE" >line.new; mv line.new line; }
offer() {
    COMP_WORDS=($READLINE_LINE); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lrpscope
    printf '%s\n' "${COMPREPLY[@]}" >line.new; mv line.new line
}
bind -x '"\C-o": show'; bind -x '"\C-p": offer'; PS1=; . ./completion; echo >ready
"""),
    "zsh": (["zsh", "-f", "-i"], r"""
PS1=; unsetopt beep; LISTMAX=10000; fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -D -u
compadd() {
    local -a found
    [[ $* == *-[OAD]* ]] || { builtin compadd -O found "$@"; print -rl -- $found >>offered }
    builtin compadd "$@"
}
show() { print -rn -- $BUFFER >line.new; mv line.new line }
offer() { rm -f offered; zle list-choices; mv offered line }
zle -N show; bindkey '^O' show; zle -N offer; bindkey '^P' offer; bindkey '^I' complete-word; echo >ready
"""),
    "fish": (["fish", "--no-config", "-i"], r"""
function fish_prompt; end; set fish_autosuggestion_enabled 0; source ./completion
function show; commandline >line.new; mv line.new line; end
function offer; complete -C (commandline) | string replace -r '\t.*' '' >line.new; mv line.new line; end
bind \co show; bind \cp offer; echo >ready
"""),
}


class Terminal:
    """A shell on a terminal; what it prints is thrown away."""

    def __init__(self, command, folder):
        self.folder = folder
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            environment = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm", "LANG": "C.UTF-8"}
            os.execvpe(command[0], command, environment)

    def send(self, text):
        os.write(self.terminal, text.encode())

    def wait_for(self, name):
        """Until the shell has made that file; its text."""
        path = os.path.join(self.folder, name)
        end = time.monotonic() + 30
        while not os.path.exists(path):
            if time.monotonic() > end:
                sys.exit(f"FAILED: the shell does not answer ({name})")
            if select.select([self.terminal], [], [], 0.02)[0]:
                try:
                    os.read(self.terminal, 65536)
                except OSError:
                    sys.exit("FAILED: the shell ended")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        os.remove(path)
        return text

    def complete(self, text):
        """The line after Tab, in a fresh line."""
        self.send("\x15" + text + "\t\x0f")
        return self.wait_for("line").rstrip()

    def offers(self, text):
        """What is offered for the last word of a line."""
        self.send("\x15" + text + "\x10")
        return set(self.wait_for("line").split())

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def main():
    shell, binary = sys.argv[1], os.path.abspath(sys.argv[2])
    if not shutil.which(shell):
        print(f"{shell} is missing: skipped")
        return 77
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        text = subprocess.run([binary, "--document", shell], check=True, capture_output=True).stdout
        os.mkdir(os.path.join(folder, "functions"))
        for name in ("completion", "functions/_lrpscope"):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(text)
        for name in ("x y.onnx", "vgg.onnx", "labels.txt"):
            open(os.path.join(folder, name), "w", encoding="utf-8").close()
        command, setup = SHELLS[shell]
        terminal = Terminal(command, folder)
        terminal.send(setup)
        terminal.wait_for("ready")
        commands = subprocess.run([binary, "--help"], check=True, capture_output=True, text=True).stdout
        commands = [""] + re.findall(r"^  lrpscope ([a-z]+)", commands.split("Commands:")[1].split("\n\n")[0], re.M)
        lines = LINES + list(named_lines(binary, commands))
        for typed, want in lines:
            got = terminal.complete(typed)
            if got != want:
                failures += 1
                print(f"FAILED: {shell} completes '{typed}' to '{got}', not '{want}'")
        for command in commands:
            words = ["lrpscope", command or "vgg.onnx"]
            manual = subprocess.run([binary] + [command] * bool(command) + ["--help"], check=True, capture_output=True, text=True).stdout
            want = set(re.findall(r"^ +(?:-[a-z0-9], +)?(--[a-z0-9-]+)", manual, re.M))
            got = terminal.offers(" ".join(words) + " --")
            if got != want or len(want) < 4:
                failures += 1
                print(f"FAILED: {shell}: {' '.join(words)}: not offered: {sorted(want - got)}, none of its own: {sorted(got - want)}")
        terminal.close()
    print(f"{shell}: {len(lines)} lines, options of {len(commands)} commands, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
