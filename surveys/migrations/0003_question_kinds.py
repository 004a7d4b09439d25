import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import surveys.models.design
import voc.models.fields


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0004_notice_waiting'),
        ('surveys', '0002_versions_and_days'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('local_day', models.DateField()),
                ('item', models.CharField(blank=True, default='', max_length=40)),
                ('value', models.CharField(blank=True, default='', max_length=40)),
                ('count', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('survey_version', models.PositiveIntegerField()),
                ('key', models.UUIDField(unique=True)),
                ('language', models.CharField(default='ja', max_length=12)),
                ('channel', models.CharField(default='link', max_length=10)),
                ('device', models.CharField(blank=True, default='', max_length=7)),
                ('started_at', models.DateTimeField()),
                ('local_day', models.DateField()),
                ('touched_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CutDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('local_day', models.DateField()),
                ('dimension', models.CharField(max_length=8)),
                ('part', models.CharField(max_length=60)),
                ('value', models.SmallIntegerField()),
                ('count', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='名前')),
                ('rule', voc.models.fields.GuardedJSONField(blank=True, default=dict)),
                ('most', models.PositiveIntegerField(verbose_name='上限')),
                ('taken', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='SavedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=90)),
                ('value', voc.models.fields.GuardedJSONField()),
                ('serial', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='answer',
            name='amount',
            field=models.DecimalField(decimal_places=4, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name='answer',
            name='choice',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='answer',
            name='item',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='answer',
            name='local_day',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='key',
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='options',
            field=voc.models.fields.GuardedJSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='question',
            name='retired',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='question',
            name='show_if',
            field=voc.models.fields.GuardedJSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='question',
            name='translations',
            field=voc.models.fields.GuardedJSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='question',
            name='variants',
            field=voc.models.fields.GuardedJSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='response',
            name='device',
            field=models.CharField(blank=True, default='', max_length=7),
        ),
        migrations.AddField(
            model_name='response',
            name='erased_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='response',
            name='flags',
            field=voc.models.fields.GuardedJSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='response',
            name='order',
            field=voc.models.fields.GuardedJSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='response',
            name='partial',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='response',
            name='segment',
            field=models.CharField(blank=True, default='', max_length=60),
        ),
        migrations.AddField(
            model_name='response',
            name='started_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='response',
            name='variants',
            field=voc.models.fields.GuardedJSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='survey',
            name='closes_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='受け付けの終わり'),
        ),
        migrations.AddField(
            model_name='survey',
            name='frame_origins',
            field=voc.models.fields.GuardedJSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='survey',
            name='languages',
            field=voc.models.fields.GuardedJSONField(blank=True, default=surveys.models.design.default_languages),
        ),
        migrations.AddField(
            model_name='survey',
            name='opens_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='受け付けの始まり'),
        ),
        migrations.AddField(
            model_name='survey',
            name='shuffle',
            field=models.BooleanField(default=False, verbose_name='質問の順番を人ごとに変える'),
        ),
        migrations.AddField(
            model_name='survey',
            name='translations',
            field=voc.models.fields.GuardedJSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name='question',
            name='help',
            field=models.CharField(blank=True, default='', max_length=500, verbose_name='補足'),
        ),
        migrations.AlterField(
            model_name='question',
            name='kind',
            field=models.CharField(choices=[('nps', 'すすめたい度（0〜10）'), ('csat', '満足度（1〜5）'), ('ces', '手間の少なさ（1〜7）'), ('rating', '段階評価'), ('single', '1つ選ぶ'), ('multiple', 'いくつでも選ぶ'), ('matrix', '表で選ぶ'), ('ranking', '順位をつける'), ('short', '短い文'), ('long', '自由記述'), ('email', 'メールアドレス'), ('phone', '電話番号'), ('date', '日付'), ('number', '数'), ('consent', '同意'), ('hidden', '隠し項目'), ('statement', '説明文'), ('section', 'ページの区切り')], max_length=9),
        ),
        migrations.AlterField(
            model_name='question',
            name='label',
            field=models.CharField(max_length=300, verbose_name='質問'),
        ),
        migrations.AlterField(
            model_name='response',
            name='language',
            field=models.CharField(default='ja', max_length=12),
        ),
        migrations.AlterField(
            model_name='survey',
            name='kind',
            field=models.CharField(choices=[('nps', 'NPS（すすめたい度）'), ('csat', 'CSAT（満足度）'), ('ces', 'CES（手間の少なさ）'), ('none', '点数なし')], max_length=4),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.CheckConstraint(condition=models.Q(('opens_at', None), ('closes_at', None), ('opens_at__lt', models.F('closes_at')), _connector='OR'), name='survey_opens_before_it_closes'),
        ),
        migrations.AddField(
            model_name='answerday',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='surveys.question'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='invitation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='surveys.invitation'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='surveys.survey'),
        ),
        migrations.AddField(
            model_name='cutday',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cuts', to='surveys.survey'),
        ),
        migrations.AddField(
            model_name='quota',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotas', to='surveys.survey'),
        ),
        migrations.AddField(
            model_name='savedanswer',
            name='attempt',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved', to='surveys.attempt'),
        ),
        migrations.AddConstraint(
            model_name='answerday',
            constraint=models.UniqueConstraint(fields=('question', 'local_day', 'item', 'value'), name='answer_day_once'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['survey', 'local_day'], name='attempt_day'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('finished_at', None)), fields=['touched_at'], name='attempt_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='cutday',
            constraint=models.UniqueConstraint(fields=('survey', 'dimension', 'local_day', 'part', 'value'), name='cut_day_once'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.UniqueConstraint(fields=('survey', 'name'), name='quota_once'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.CheckConstraint(condition=models.Q(('taken__lte', models.F('most'))), name='quota_not_exceeded'),
        ),
        migrations.AddConstraint(
            model_name='savedanswer',
            constraint=models.UniqueConstraint(fields=('attempt', 'name'), name='saved_answer_once'),
        ),
        migrations.AddField(
            model_name='response',
            name='score',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='response',
            name='spoke',
            field=models.BooleanField(default=False),
        ),
    ]
