"""Commands by the names people call them: `/投诉` is typed though Telegram knows only `/complaint`."""

from scoring.traditional import simplify

_NAMES = {
    "start": "开始",
    "help": "帮助 菜单 命令",
    "ask": "咨询 提问 问题",
    "feedback": "反馈 建议 意见",
    "complaint": "投诉 complain complaints",
    "status": "进度 状态 查询 查进度 工单",
    "human": "人工 转人工 人工客服 客服 agent",
    "rate": "评价 评分 打分",
    "language": "语言 lang",
    "settings": "设置",
    "stop": "退订 停止 unsubscribe",
    "mydata": "我的数据 我的资料",
    "erase": "删除 注销 删除我的数据 delete",
    "cancel": "取消 算了",
}
_COMMANDS = {spoken: name for name, listed in _NAMES.items() for spoken in listed.split()}


def command(name: str) -> str | None:
    """Return the command that a name means, or None where it means none."""
    return _COMMANDS.get(simplify(name.casefold()))
