"""Models are tuned by a figure that all of them have."""

import pytest

from recsys_core.errors import ConfigError
from recsys_core.tuning.target import common_metric


def test_errors_count_where_all_predict_ratings_and_lists_otherwise():
    assert common_metric(["ease", "neumf"]) == "ndcg@10"
    assert common_metric(["bias", "svdpp"]) == "rmse"
    assert common_metric(["svdpp", "ease"]) == "ndcg@10"
    assert common_metric(["svdpp", "ease"], "recall@20") == "recall@20"


def test_a_figure_that_one_of_them_lacks_is_refused():
    with pytest.raises(ConfigError, match="cannot be tuned by 'rmse'"):
        common_metric(["svdpp", "ease"], "rmse")
