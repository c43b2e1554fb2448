"""Putting to use on one data set what was learned on another: what they share, what is carried over, does it help?"""
