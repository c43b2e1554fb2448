"""Finished runs over HTTP: lists, likeness and reasons for other programs.

``served`` is a run that answers, ``people`` finds out whom is asked about, ``lists``, ``likeness`` and ``reasons`` work
answers out, ``batching`` brings lists together and into a thread of their own, ``desk`` puts all of it together, and
``app`` speaks HTTP, with ``documents``, ``refusals``, ``gate`` and ``meter`` beside it.
"""
