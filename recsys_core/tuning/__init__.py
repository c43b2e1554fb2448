"""Which settings suit these data: trials at an equal budget, judged on validation events alone.

Proposals come from Optuna (Akiba, Sano, Yanase, Ohta and Koyama, Optuna: A Next-generation Hyperparameter Optimization
Framework, KDD 2019). Its own storage is not used: a study is made anew from the trials so far, which anybody may keep.
"""
