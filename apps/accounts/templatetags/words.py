from django import template

from apps.accounts.words import sentence_case

register = template.Library()
register.filter(sentence_case)
