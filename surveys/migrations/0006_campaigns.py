import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import surveys.models.campaigns
import voc.models.fields


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0004_notice_waiting'),
        ('surveys', '0005_question_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AskingRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rest_days', models.PositiveSmallIntegerField(default=30)),
                ('sender_address', models.CharField(blank=True, default='', max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('draft', '下書き'), ('scheduled', '予約済み'), ('sending', '送信中'), ('paused', '一時停止'), ('done', '完了'), ('cancelled', '取りやめ')], default='draft', max_length=9)),
                ('audience', voc.models.fields.GuardedJSONField()),
                ('refused_rows', voc.models.fields.GuardedJSONField(blank=True, default=list)),
                ('refused_total', models.PositiveIntegerField(default=0)),
                ('key', models.UUIDField(unique=True)),
                ('weekdays', voc.models.fields.GuardedJSONField(default=surveys.models.campaigns.office_days)),
                ('hour_from', models.PositiveSmallIntegerField(default=9)),
                ('hour_to', models.PositiveSmallIntegerField(default=18)),
                ('holidays_too', models.BooleanField(default=False)),
                ('spread_hours', models.PositiveSmallIntegerField(default=0)),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('remind_after_days', models.PositiveSmallIntegerField(default=5)),
                ('starts_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField(null=True)),
                ('expected', models.PositiveIntegerField(default=0)),
                ('expanded', models.PositiveIntegerField(default=0)),
                ('expanded_to', models.BigIntegerField(default=0)),
                ('expanded_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, default='', max_length=200)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CampaignMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', '送信待ち'), ('sent', '送信済み'), ('answered', '回答済み'), ('skipped', '見送り'), ('bounced', '届かなかった'), ('opted_out', 'お断り'), ('expired', '期間終了')], default='waiting', max_length=9)),
                ('reason', models.CharField(blank=True, choices=[('rested', '最近ほかのアンケートをお願いしたため'), ('refused', 'アンケートのお願いを断っているため'), ('no_address', 'メールアドレスの登録がないため'), ('bounced', 'メールアドレスに届かないため'), ('bad_address', 'メールアドレスを使えないため'), ('undelivered', 'メールサーバーが受け付けなかったため'), ('cancelled', '配信を取りやめたため')], default='', max_length=12)),
                ('next_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('claim', models.CharField(blank=True, default='', max_length=40)),
                ('claimed_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LastAsk',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='last_ask', serialize=False, to='feedback.customer')),
                ('at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='invitation',
            name='bounced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='invitation',
            name='contact',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitations', to='feedback.contactpoint'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='skipped',
            field=models.CharField(blank=True, choices=[('rested', '最近ほかのアンケートをお願いしたため'), ('refused', 'アンケートのお願いを断っているため'), ('no_address', 'メールアドレスの登録がないため'), ('bounced', 'メールアドレスに届かないため'), ('bad_address', 'メールアドレスを使えないため'), ('undelivered', 'メールサーバーが受け付けなかったため'), ('cancelled', '配信を取りやめたため')], default='', max_length=12),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['customer', 'sent_at'], name='invitation_asked'),
        ),
        migrations.AddConstraint(
            model_name='askingrules',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='asking_rules_are_single'),
        ),
        migrations.AddConstraint(
            model_name='askingrules',
            constraint=models.CheckConstraint(condition=models.Q(('rest_days__lte', 365)), name='asking_rest_within_a_year'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='campaign',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='campaigns', to='surveys.survey'),
        ),
        migrations.AddField(
            model_name='campaignmember',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='surveys.campaign'),
        ),
        migrations.AddField(
            model_name='campaignmember',
            name='customer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='campaign_members', to='feedback.customer'),
        ),
        migrations.AddField(
            model_name='campaignmember',
            name='invitation',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='member', to='surveys.invitation'),
        ),
        migrations.AddField(
            model_name='lastask',
            name='invitation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='surveys.invitation'),
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(fields=['survey', '-id'], name='campaign_newest'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('hour_from__lt', models.F('hour_to')), ('hour_to__lte', 24)), name='campaign_hours_are_a_window'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('remind_after_days__gte', 1), ('reminders__lte', 2)), name='campaign_reminds_gently'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'cancelled']), models.Q(('ends_at__isnull', False), ('starts_at__isnull', False), ('starts_at__lt', models.F('ends_at'))), _connector='OR'), name='campaign_ends_after_its_start'),
        ),
        migrations.AddIndex(
            model_name='campaignmember',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['campaign', 'next_at', 'id'], name='campaign_member_due'),
        ),
        migrations.AddIndex(
            model_name='campaignmember',
            index=models.Index(fields=['campaign', 'state', 'reason', 'id'], name='campaign_member_state'),
        ),
        migrations.AddConstraint(
            model_name='campaignmember',
            constraint=models.UniqueConstraint(fields=('campaign', 'customer'), name='campaign_member_once'),
        ),
        migrations.AddConstraint(
            model_name='campaignmember',
            constraint=models.CheckConstraint(condition=models.Q(('next_at', None), ('state__in', ['waiting', 'sent', 'skipped']), _connector='OR'), name='campaign_member_next_only_if_open'),
        ),
    ]
