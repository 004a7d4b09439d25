

import django.db.models.deletion
from django.db import migrations, models

import voc.models.fields


class Migration(migrations.Migration):

    dependencies = [
        ('surveys', '0006_campaigns'),
    ]

    operations = [
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='名前')),
                ('rules', voc.models.fields.GuardedJSONField(blank=True, default=dict)),
                ('position', models.CharField(choices=[('corner', '右下の小さな窓'), ('bottom', '下からの帯'), ('modal', '中央の窓（ページをおおう）')], default='corner', max_length=6, verbose_name='出す場所')),
                ('delay_seconds', models.PositiveSmallIntegerField(default=0, verbose_name='きっかけのあと待つ秒数')),
                ('share_percent', models.PositiveSmallIntegerField(default=100, verbose_name='出す割合（%）')),
                ('enabled', models.BooleanField(default=True, verbose_name='表示する')),
                ('survey', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='surveys.survey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('survey', 'name'), name='placement_once'), models.CheckConstraint(condition=models.Q(('share_percent__lte', 100)), name='placement_share_percent'), models.CheckConstraint(condition=models.Q(('delay_seconds__lte', 600)), name='placement_delay_short')],
            },
        ),
    ]
