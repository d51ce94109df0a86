"""The one number that both sampling and the bundle need."""

GROUPS = 64
"""Traces are hashed into this many groups; variances are computed between groups.

The method of random groups (Wolter, *Introduction to Variance Estimation*, ch. 2): all windows of
one trace fall into one group, whichever process or function saw them, so their dependence is
accounted for without any trace id leaving the process.
"""
