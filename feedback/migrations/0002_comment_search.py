"""The search table: FTS5 on SQLite, a GIN index on PostgreSQL. No model stands for it."""

from django.db import migrations

TABLE = "feedback_comment_search"

POSTGRESQL = (
    f"CREATE TABLE {TABLE} ("
    # No foreign key: a truncate of the comments would have to know this table.
    "comment_id bigint PRIMARY KEY, "
    "singles text NOT NULL, grams text NOT NULL)",
    f"CREATE INDEX {TABLE}_parts ON {TABLE} "
    "USING gin (string_to_array(singles || ' ' || grams, ' '))",
)
SQLITE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(grams, tokenize = 'unicode61 remove_diacritics 0')",
)


def create(apps, editor):
    statements = POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        editor.execute(statement)


def drop(apps, editor):
    editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_voice_and_backlog")]
    operations = [migrations.RunPython(create, drop)]
