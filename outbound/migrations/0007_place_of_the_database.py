from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("outbound", "0006_launching"),
    ]

    operations = [
        migrations.AddField(
            model_name='installation',
            name='place',
            field=models.CharField(blank=True, default='', max_length=100),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='installation',
            name='key',
            field=models.CharField(max_length=100),
        ),
    ]
