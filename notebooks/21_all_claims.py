# ---
# jupyter:
#   html_theme.sidebar_secondary.remove: true
# ---

# %% [markdown]
# # All claims
#
# What the papers state in numbers, and what was measured for this book. *Expected* is
# what the claim says, *paper* the same quantity of the paper's own points, where these were read
# off its figures, and *here* ours, with its 95 % interval; a question mark is an end that the seeds
# at hand leave open.

# %% tags=["parameters", "remove-cell"]
profile = "book"  # every profile: this page shows what is stored
device = "auto"
workers = 0

# %% tags=["remove-cell"]
from IPython.display import HTML

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book.claims import pages
from srhm_book.claims.headlines import summary
from srhm_book.claims.ledger import claims
from srhm_book.publish.profiles import by_profile

by_profile(profile)
found = claims(Store(project("results")))

# %% tags=["remove-input"]
HTML(pages.rule_html() + f"<p>{summary(found)}</p>" + pages.table_html(found))
