from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('outbound', '0004_webhook_header_next'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='campaign',
            options={'ordering': ['-id'], 'permissions': [('launch_campaign', 'Can send messages'), ('steer_campaign', 'Can pause, resume and cancel a send'), ('restart_contact', "Can erase a person's bot variables when sending"), ('change_others_drafts', 'Can change, send and discard the drafts of others')], 'verbose_name': 'send', 'verbose_name_plural': 'sends'},
        ),
    ]
