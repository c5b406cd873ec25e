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
# # Which businesses can this email reach, and how?
#
# The service's own example: one person, one document. Read it, ask, look at the picture, and find out what would
# really end an access.

# %%
import networkx as nx

import inroads

g = inroads.load(inroads.EXAMPLE)
print(g)

# %% [markdown]
# ## What b@example.com reaches
#
# Solid lines are **stated**: a record names this identity's own grant. Orange is **inferred**: it passes through a
# business that the identity controls. Dashed is **latent**: shown, never hidden. A double line is
# **contested**: records contradict each other. Hover over a line for the records.

# %%
answer = g.reach("b@example.com")
answer

# %%
print(answer)

# %% [markdown]
# ## Would revoking the client role end the access to Xr82w?
#
# No. There are two independent routes, and the explanation names the grants that must go.

# %%
access = g.access("b@example.com", "account:Xr82w")
print(access.explanation.sentence)
access

# %% [markdown]
# Try it: without role 994207 the access stands, now by inference only.

# %%
role, client = access.explanation.cut
print(g.access("b@example.com", "account:Xr82w", avoid=[role.id]))
print(g.access("b@example.com", "account:Xr82w", avoid=[role.id, client.id]))

# %% [markdown]
# ## The record behind each step

# %%
for grant in access.explanation.cut:
    for line in inroads.evidence_lines(g, grant):
        print(line.replace(str(inroads.EXAMPLE), "example"))

# %% [markdown]
# ## The inverse question, and what the answer could not see
#
# Nobody's team document was read, so "nobody else" is not claimed.

# %%
who = g.reached_by("account:Xr82w")
print(who)
print(who.coverage.complete, *who.coverage.notes, sep="\n")

# %% [markdown]
# ## Connected is not access
#
# Association mode follows every edge, project groups included, and marks what is outside the grammar of access.

# %%
g.reach("b@example.com", mode="ASSOCIATION", kinds=["GROUP"])

# %% [markdown]
# ## Rows for a spreadsheet, and networkx for everything else

# %%
answer.to_pandas()[["resource", "roles", "certainty", "state", "distance"]]

# %%
print(isinstance(g, nx.MultiDiGraph), nx.is_frozen(g))
print(nx.shortest_path(g, "identity:712052", "business:363103"))
