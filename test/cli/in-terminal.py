"""Runs a command in a pseudo-terminal.

Commands on standard input, a line each: `keys TEXT` (as Python writes it), `resize COLUMNS ROWS`. What the terminal shows
goes to standard output; a last line says how the command ended.
"""
import ast, fcntl, os, pty, select, signal, struct, sys, termios


def resize(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
resize(fd, int(sys.argv[1]), int(sys.argv[2]))
before = termios.tcgetattr(fd)[3]
commands = b""
inputs = [fd, 0]
while fd in inputs:
    for ready in select.select(inputs, [], [])[0]:
        try:
            data = os.read(ready, 65536)
        except OSError:
            data = b""
        if not data:
            inputs.remove(ready)
        elif ready == fd:
            os.write(1, data)
        else:
            commands += data
            while b"\n" in commands:
                line, commands = commands.split(b"\n", 1)
                name, _, rest = line.decode().partition(" ")
                if name == "keys":
                    os.write(fd, ast.literal_eval(rest).encode())
                elif name == "resize":
                    resize(fd, *map(int, rest.split()))
                    os.kill(pid, signal.SIGWINCH)
_, status = os.waitpid(pid, 0)
print(f"\nended {os.waitstatus_to_exitcode(status)}", flush=True)
