"""Finished results side by side: verdicts, for whom, and what they rest on."""
