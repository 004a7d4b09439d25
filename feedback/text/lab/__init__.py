"""Training, measuring and exploring on files: what stands behind `manage.py textlab`.

`answers` and `files` are light; `models`, `themes` and `similar` load scikit-learn (about a second),
so nothing is imported here.
"""
