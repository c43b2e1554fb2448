"""What a training will take, before it starts: a short pilot of the real thing on this machine.

Most models report how far they are, so they simply learn for a second; others declare how their work grows and learn
small parts of the data. Then some of the people are judged.
"""
