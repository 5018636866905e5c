"""What happens in a month, one file a process; `order` names them in order."""
