"""What tests of commands share: the program, which is the first argument, and failures that are counted.

    run("layers", "m.onnx").stdout                what it says, as text
    run("layers", "m.onnx", code=0)               another exit code is a failure
    fail("the layers", got, wanted)               told, and counted
    finish("3 commands")                          the last line; the exit code is 1 if anything failed
"""
import os
import subprocess
import sys

BINARY = os.path.abspath(sys.argv[1])
failures = []


def fail(what, *seen):
    failures.append(what)
    print(f"FAILED: {what}", *seen, sep="\n  ")


def run(*arguments, code=None, **options):
    done = subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    if code not in (None, done.returncode):
        fail(f"exit {done.returncode}, not {code}: {' '.join(arguments)}", done.stderr.strip())
    return done


def finish(what):
    print(f"{what}, {len(failures)} failed")
    sys.exit(bool(failures))
