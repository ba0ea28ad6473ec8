"""What all tests rely on."""

import signal

# A job in a shell's background ignores Ctrl-C, and so would each process that a test starts, and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
