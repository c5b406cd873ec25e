# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What is wrong, what would fix it, and what would the fix break?
#
# A review of the service's own example: the rules, a fix tried without writing anything, and a report to hand on.

# %%
from pathlib import Path
from tempfile import mkdtemp

import inroads
from inroads.output.report import report

g = inroads.load(inroads.EXAMPLE)
findings = g.findings()
findings

# %% [markdown]
# Each finding has an identity that it keeps in every version of the graph, and the records that prove it. No finding is
# not the same as not looked at: each rule says how much it saw.

# %%
redundant = next(each for each in findings if each.rule == "redundant-route")
print(redundant.identity, redundant.subjects)
for proof in redundant.evidence:
    print(proof.record, proof.pointer)

# %%
for each in findings.looked:
    if each.unseen:
        print(f"{each.rule}: {each.looked} {each.what}, {each.unseen} more unseen")

# %% [markdown]
# ## Revoke the client role?
#
# Nothing ends: the owner of BillSpring still reaches the account, because BillSpring is its client. The access is only
# inferred then.

# %%
tried = g.without("role 994207")
tried

# %%
tried.graph.access("b@example.com", "account:Xr82w")

# %% [markdown]
# ## The plan that ends it
#
# The cut of least collateral, tried by the same what-if, with the record that must go for each step.

# %%
plan = g.plan("b@example.com", "account:Xr82w")
print(plan.explanation.sentence)
print(*(remedy.sentence for remedy in plan.what_if.remedies), sep="\n")
print("ends:", plan.verified)

# %% [markdown]
# ## Which grant matters most

# %%
for point in g.choke_points():
    print(point)

# %% [markdown]
# ## A report to hand on
#
# One file, no script, nothing fetched. `g.pseudonymised(key)` would make the same report without a name in it.

# %%
page = Path(mkdtemp(), "review.html")
page.write_text("".join(report(g)), encoding="utf-8")
print(page.name, page.stat().st_size > 10_000)
