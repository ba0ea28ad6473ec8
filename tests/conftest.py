"""What all tests rely on."""

import os
import signal

from hypothesis import settings

# A job in a shell's background ignores Ctrl-C, and so would each process that a test starts, and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests run two at a time on two cores: a second thread of torch's waits for the others' (a minute in place of eight
# seconds was seen). Said before anything imports torch, and for the processes that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# On a busy machine any example may take long once: Hypothesis's own 200 ms say nothing about the code.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
