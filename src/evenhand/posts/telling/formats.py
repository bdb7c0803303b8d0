"""What a format is called by people who never heard its name."""

from __future__ import annotations

from evenhand.posts.telling.reasons import Say


def format_words(source_format: str, _: Say) -> str:
    """Return what a file of a format is, as a sentence; of an operator's own format, its name."""
    name = source_format.partition("/")[0]
    known = _accounts(_) | _answers(_) | _tables(_)
    return known.get(name) or _("A file of the form %(format)s, which this installation has described itself.") % {
        "format": name,
    }  # fmt: skip


def _accounts(_: Say) -> dict[str, str]:
    """Return the exports that people get of their own account or chat."""
    return {
        "x_archive": _("The archive of an account on X (Twitter)."),
        "bluesky_car": _("The repository of an account on Bluesky."),
        "mastodon_archive": _("The archive of an account on Mastodon or another server of the Fediverse."),
        "facebook": _("The export of an account on Facebook."),
        "instagram": _("The export of an account on Instagram."),
        "threads": _("The export of an account on Threads."),
        "youtube_takeout": _("The comments of an account on YouTube, from Google Takeout."),
        "tiktok": _("The export of an account on TikTok."),
        "whatsapp": _("The export of a chat, as WhatsApp or Signal writes it."),
        "telegram": _("An export of Telegram."),
        "discord": _("A channel of Discord, as DiscordChatExporter writes it."),
        "slack": _("The export of a workspace on Slack."),
        "mail": _("E-mail: a message, or a mailbox of many."),
    }


def _answers(_: Say) -> dict[str, str]:
    """Return what programs collect from the platforms' interfaces, or capture."""
    return {
        "x_api": _("Posts from the interface of X (Twitter)."),
        "bluesky_jetstream": _("Posts from the stream of Bluesky."),
        "bluesky_appview": _("Posts from the interface of Bluesky."),
        "mastodon_api": _("Posts from the interface of Mastodon."),
        "youtube_api": _("Comments from the interface of YouTube."),
        "reddit_api": _("Posts from the interface of Reddit."),
        "reddit_dump": _("A dump of Reddit."),
        "youtube_comment_downloader": _("Comments of YouTube, as youtube-comment-downloader writes them."),
        "yt_dlp": _("A video with its comments, as yt-dlp writes them."),
        "web_archive": _("Captured web pages."),
    }


def _tables(_: Say) -> dict[str, str]:
    return {
        "rows": _("A table of posts."),
        "twarc_csv": _("A table of posts from X (Twitter), as twarc writes it."),
        "minet_csv": _("A table of posts from X (Twitter), as minet writes it."),
        "crowdtangle_csv": _("A table of posts of pages or groups, as CrowdTangle wrote it."),
        "crowdtangle_json": _("Posts of pages or groups, as the interface of CrowdTangle gave them."),
        "jigsaw_csv": _("A table of texts with labels, in the form of the Jigsaw data sets."),
        "perspective_csv": _("A table of texts with scores of Perspective API."),
    }
