"""Makes the list of references one that screen readers know.

docutils gives its entries the role `doc-biblioentry`, which ARIA has since withdrawn and which a
list may not hold.
"""


def entries_are_list_items(app, pagename, templatename, context, doctree):
    if "body" in context:
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        context["body"] = body


def setup(app):
    app.connect("html-page-context", entries_are_list_items)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
