// Tokens and addresses of chat, mail and telephone services: whoever has one can speak in somebody's name.

import type { Detector } from '../types.ts';
import { ALNUM, ASSIGNED, HEX, LEFT, leftOf, LOWER, named, token, UPPER, URLSAFE, UUID } from './token.ts';

export const CHAT_SECRETS: readonly Detector[] = [
  token('slack-bot-token', 'xoxb-', `[0-9]{8,14}-(?:[0-9]{8,14}-[0-9A-Za-z-]{12,}|${ALNUM}{18,26}|[0-9]{8,14})`, { longest: 90 }),
  token('slack-user-token', ['xoxp-', 'xoxa-', 'xoxa-2-', 'xoxr-', 'xoxo-', 'xoxs-'], '[0-9]{8,14}(?:-[0-9A-Za-z]{5,64}){1,4}', {
    longest: 200,
  }),
  token('slack-config-token', ['xoxe.xoxb-', 'xoxe.xoxp-', 'xoxe-'], `[0-9]-[0-9A-Za-z]{80,}`, { longest: 300 }),
  token('slack-cookie-token', 'xoxd-', '[0-9A-Za-z%+/=_-]{60,}', { longest: 300 }),
  token('slack-client-token', 'xoxc-', '[0-9]{8,14}-[0-9]{8,14}-[0-9]{8,14}-[0-9a-f]{64}', { longest: 120 }),
  token('slack-app-token', 'xapp-', '[0-9]-[0-9A-Z]{9,13}-[0-9]{10,14}-[0-9a-z]{32,80}', { longest: 130 }),
  address(
    'slack-webhook',
    'hooks.slack.com/',
    '(?:services|workflows|triggers)/[0-9A-Z]{5,13}/[0-9A-Z]{5,20}/[0-9A-Za-z]{16,40}(?:/[0-9A-Za-z]{16,40})?',
  ),
  address('discord-webhook', ['discord.com/api/', 'discordapp.com/api/'], '(?:v[0-9]{1,2}/)?webhooks/[0-9]{17,20}/[0-9A-Za-z_-]{60,80}'),
  named(
    'discord-bot-token',
    ['discord', 'bot '],
    `${leftOf('0-9A-Za-z_-')}(?P<value>[MNO][0-9A-Za-z_-]{23,27}\\.[0-9A-Za-z_-]{6}\\.[0-9A-Za-z_-]{27,38})(?:[^0-9A-Za-z_-]|$)`,
    {
      confidence: 'high',
    },
  ),
  token('discord-mfa-token', 'mfa.', `${URLSAFE}{84}`, { longest: 84 }),
  {
    ...token('telegram-bot-token', ':AA', '', { longest: 33 }),
    before: 28,
    pattern: LEFT + '(?:bot)?(?P<value>[0-9]{8,10}:AA[0-9A-Za-z_-]{33})(?:\\b|[^0-9A-Za-z_-]|$)',
  },
  named('telegram-token', ['telegr', 'tg_'], `(?:^|[^0-9])(?P<value>[0-9]{5,16}:A[0-9A-Za-z_-]{34})(?:[^0-9A-Za-z_-]|$)`),
  address(
    'teams-webhook',
    '.webhook.office.com/',
    `webhookb2/${UUID}@${UUID}/IncomingWebhook/[0-9a-f]{32}/${UUID}(?:/[0-9A-Za-z_-]{20,80})?`,
  ),
  address(
    'google-chat-webhook',
    'chat.googleapis.com/v1/spaces/',
    '[0-9A-Za-z_-]{8,20}/messages\\?key=[0-9A-Za-z_-]{30,60}&(?:amp;)?token=[0-9A-Za-z_%-]{30,80}',
  ),
  address('feishu-webhook', ['open.feishu.cn/open-apis/bot/', 'open.larksuite.com/open-apis/bot/'], `(?:v2/)?hook/${UUID}`),
  address('dingtalk-webhook', 'oapi.dingtalk.com/robot/', 'send\\?access_token=[0-9a-f]{64}'),
  address('wecom-webhook', 'qyapi.weixin.qq.com/cgi-bin/webhook/', `send\\?key=${UUID}`),
  named('mattermost-token', ['mattermost'], `(?i:mattermost.{0,20}token)${ASSIGNED}(?P<value>${LOWER}{26})\\b`),
  named('rocketchat-token', ['rocketchat', 'rocket_chat'], `(?i:rocket_?chat.{0,20}token)${ASSIGNED}(?P<value>${URLSAFE}{43})\\b`),
  named(
    'line-channel-token',
    ['line_channel', 'line-channel', 'line channel'],
    `(?i:line.channel.{0,20}(?:token|secret))${ASSIGNED}(?P<value>[0-9A-Za-z+/]{32,}={0,2})`,
    {
      longest: 260,
    },
  ),
  token('matrix-access-token', 'syt_', '[0-9A-Za-z]{2,80}_[0-9A-Za-z]{20}_[0-9A-Za-z]{6}', { longest: 110 }),

  token('twilio-key', 'SK', `${HEX}{32}`, { longest: 32, validator: 'random' }),
  named('twilio-auth-token', ['twilio'], `(?i:twilio.{0,30}(?:token|secret|auth))${ASSIGNED}(?P<value>${HEX}{32})\\b`),
  token('sendgrid-key', 'SG.', `${URLSAFE}{20,24}\\.${URLSAFE}{39,50}`, { longest: 76, validator: 'random' }),
  token('mailgun-key', 'key-', `${HEX}{32}`, { longest: 32, validator: 'random' }),
  named('mailgun-private-key', ['mailgun'], `(?i:mailgun)${ASSIGNED}(?P<value>${HEX}{32}-${HEX}{8}-${HEX}{8})\\b`),
  {
    ...token('mailchimp-key', '-us', '', { longest: 4 }),
    before: 48,
    pattern: `${LEFT}(?P<value>${HEX}{32}-us[0-9]{1,2})\\b`,
    validator: 'random',
  },
  token('brevo-key', ['xkeysib-', 'xsmtpsib-'], `${HEX}{64}-${ALNUM}{16}`, { longest: 81 }),
  token('resend-key', 're_', `${ALNUM}{8}_${ALNUM}{24}`, { longest: 33, validator: 'random' }),
  token('mailersend-token', 'mlsn.', `${HEX}{64}`, { longest: 64 }),
  named('postmark-token', ['postmark'], `(?i:postmark.{0,20}token)${ASSIGNED}(?P<value>${UUID})\\b`, { validator: 'unmasked' }),
  named('sparkpost-key', ['sparkpost'], `(?i:sparkpost)${ASSIGNED}(?P<value>${HEX}{40})\\b`),
  named('mandrill-key', ['mandrill'], `(?i:mandrill)${ASSIGNED}(?P<value>(?:md-)?${URLSAFE}{22})\\b`),
  named(
    'messagebird-key',
    ['messagebird', 'message-bird', 'message_bird'],
    `(?i:message[_-]?bird)${ASSIGNED}(?P<value>[0-9A-Za-z]{25}|(?i:${UUID}))\\b`,
    { validator: 'unmasked' },
  ),
  named('plivo-token', ['plivo'], `(?i:plivo.{0,20}token)${ASSIGNED}(?P<value>[0-9A-Za-z]{40})\\b`),
  token('onesignal-key', 'os_v2_', '(?:app|org)_[a-z2-7]{60,110}', { longest: 120 }),
  token('pubnub-secret-key', 'sec-c-', '[0-9A-Za-z-]{36,60}', { longest: 60 }),
  token('courier-key', ['pk_prod_', 'pk_test_', 'dk_prod_'], `${UPPER}{28}`, { longest: 28 }),
  named('sendbird-token', ['sendbird'], `(?i:sendbird.{0,20}token)${ASSIGNED}(?P<value>${HEX}{40})\\b`),
];

/** An address with its key in its path. The finding is all of it behind the host. */
function address(name: string, hosts: string | readonly string[], path: string): Detector {
  const literals = typeof hosts === 'string' ? [hosts] : hosts;
  const alternatives = literals.map((host) => host.replace(/[.]/g, '\\.')).join('|');
  return {
    name,
    class: 'secret',
    anchors: { kind: 'literals', literals },
    pattern: `(?i:${alternatives})(?P<value>${path})`,
    before: 0,
    after: 300,
    validator: 'unmasked',
    confidence: 'high',
  };
}
