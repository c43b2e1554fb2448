"""What other lists would have been clicked, from a log of lists whose probabilities are known."""

from recsys_core.engagement.policy.clipped import CLIPPED
from recsys_core.engagement.policy.direct import DIRECT
from recsys_core.engagement.policy.doubly_robust import DOUBLY_ROBUST
from recsys_core.engagement.policy.ips import IPS
from recsys_core.engagement.policy.snips import SNIPS

OFF_POLICY_ESTIMATORS = (SNIPS, DOUBLY_ROBUST, IPS, CLIPPED, DIRECT)  # the first is the one that is told elsewhere
