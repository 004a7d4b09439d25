from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0004_old_questions")]

    operations = [
        migrations.AlterField("question", "key", models.CharField(max_length=40)),
        migrations.AlterField("answer", "local_day", models.DateField()),
        migrations.RemoveConstraint(
            model_name='answer',
            name='answer_once',
        ),
        migrations.RemoveConstraint(
            model_name='question',
            name='question_position_once',
        ),
        migrations.RemoveIndex(
            model_name='answer',
            name='answer_number',
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['question', 'local_day', 'item', 'choice', 'number'], name='answer_asked'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('response', 'question', 'item'), name='answer_item_once'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('survey', 'key'), name='question_key_once'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('retired', False)), fields=('survey', 'position'), name='question_place_once'),
        ),
        migrations.RemoveIndex(
            model_name='response',
            name='response_day',
        ),
        migrations.AddIndex(
            model_name='response',
            index=models.Index(fields=['survey', 'local_day'], include=('state', 'score', 'spoke', 'partial', 'segment', 'channel', 'device', 'language', 'survey_version'), name='response_cut'),
        ),
    ]
