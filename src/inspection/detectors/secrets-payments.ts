// Keys of payment, banking and shop systems, and of wallets, by the formats that they have published.

import type { Detector } from '../types.ts';
import { ALNUM, ASSIGNED, HEX, LEFT, leftOf, LOWER, named, token, URLSAFE, UUID } from './token.ts';

export const PAYMENT_SECRETS: readonly Detector[] = [
  token(
    'stripe-secret-key',
    ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_prod_', 'rk_prod_', 'sk_org_live_', 'sk_org_test_'],
    `${ALNUM}{24,}`,
    {
      longest: 250,
      validator: 'unmasked',
    },
  ),
  token('stripe-webhook-secret', 'whsec_', '[0-9A-Za-z+/]{32,}={0,2}', { longest: 90 }),
  token('square-access-token', 'sq0atp-', `${URLSAFE}{22}`, { longest: 22 }),
  token('square-application-secret', 'sq0csp-', `${URLSAFE}{43}`, { longest: 43 }),
  token('square-token', ['EAAA', 'EAAl'], `${URLSAFE}{60}`, { longest: 60, validator: 'random' }),
  token('braintree-token', ['access_token$production$', 'access_token$sandbox$'], `${LOWER}{16}\\$${HEX}{32}`, { longest: 49 }),
  token('adyen-key', ['AQE', 'AQF'], '[0-9A-Za-z+/]{60,}={0,2}-[0-9A-Za-z+/]{30,}={0,2}-[0-9A-Za-z<>{}()&;.%!=+/$?^*@-]{12,20}', {
    longest: 220,
  }),
  token('razorpay-key', ['rzp_live_', 'rzp_test_'], `${ALNUM}{14}`, { longest: 14 }),
  token('flutterwave-secret-key', ['FLWSECK_TEST-', 'FLWSECK-'], `${ALNUM}{12,40}(?:-X)?`, { longest: 42 }),
  token('shopify-token', ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shpua_', 'shptka_'], `${ALNUM}{32,40}`, { longest: 40 }),
  token('plaid-access-token', ['access-sandbox-', 'access-development-', 'access-production-'], UUID, { longest: 36 }),
  named('plaid-secret', ['plaid'], `(?i:plaid.{0,20}secret)${ASSIGNED}(?P<value>${LOWER}{30})\\b`),
  token('gocardless-token', ['live_', 'sandbox_'], `${URLSAFE}{40}`, { longest: 40, validator: 'random' }),
  token('mollie-key', ['live_', 'test_'], `${ALNUM}{30,35}`, { longest: 35, validator: 'random' }),
  named('lob-key', ['lob_', 'lob-', 'lob.com'], `${LEFT}(?P<value>(?:live|test)_${HEX}{35})\\b`),
  token('easypost-key', ['EZAK', 'EZTK'], `${ALNUM}{54}`, { longest: 54 }),
  token('shippo-token', ['shippo_live_', 'shippo_test_'], `${HEX}{40}`, { longest: 40 }),
  token('duffel-token', ['duffel_live_', 'duffel_test_'], `[0-9A-Za-z_=-]{43}`, { longest: 43 }),
  token('paddle-key', ['pdl_live_apikey_', 'pdl_sdbx_apikey_'], `${LOWER}{26}_${ALNUM}{22}_${ALNUM}{3}`, { longest: 54 }),
  token('polar-token', ['polar_oat_', 'polar_pat_', 'polar_whs_'], `${ALNUM}{32,}`, { longest: 70 }),
  named('paypal-secret', ['paypal'], `(?i:paypal.{0,20}secret)${ASSIGNED}(?P<value>${URLSAFE}{60,90})\\b`),
  named('coinbase-key', ['coinbase'], `(?i:coinbase.{0,20}(?:key|secret|token))${ASSIGNED}(?P<value>[0-9A-Za-z_+/=-]{32,90})`),
  named('binance-key', ['binance'], `(?i:binance.{0,20}(?:key|secret))${ASSIGNED}(?P<value>${ALNUM}{64})\\b`),
  named('kraken-key', ['kraken'], `(?i:kraken.{0,20}(?:key|secret))${ASSIGNED}(?P<value>[0-9A-Za-z+/]{54,88}={0,2})`),
  named('etsy-key', ['etsy'], `(?i:\\betsy.{0,20}(?:key|secret|token)?)${ASSIGNED}(?P<value>${LOWER}{24})\\b`),
  // BIP 32: base58check; its four last bytes are a checksum.
  token('bitcoin-extended-private-key', ['xprv', 'tprv', 'zprv', 'yprv'], '[1-9A-HJ-NP-Za-km-z]{107}', { longest: 107 }),
  {
    name: 'ethereum-private-key',
    class: 'secret',
    anchors: {
      kind: 'literals',
      literals: ['private key', 'private_key', 'privatekey', 'private-key', 'priv_key', 'privkey', 'wallet', 'mnemonic'],
    },
    pattern: `${leftOf('0-9A-Za-z')}(?P<value>(?:0x)?[0-9a-fA-F]{64})(?:[^0-9A-Za-z]|$)`,
    before: 160,
    after: 160,
    validator: 'secp256k1-key',
    confidence: 'medium',
  },
  {
    name: 'seed-phrase',
    class: 'secret',
    anchors: {
      kind: 'literals',
      literals: ['mnemonic', 'seed phrase', 'seed_phrase', 'seedphrase', 'recovery phrase', 'recovery_phrase', 'secret phrase'],
    },
    pattern:
      '(?i:mnemonic|phrase)[^\\n]{0,24}?[:=]\\s{0,4}["\'`]?(?P<value>(?:[a-z]{3,8} ){11}(?:(?:[a-z]{3,8} ){3}|(?:[a-z]{3,8} ){6}|(?:[a-z]{3,8} ){9}|(?:[a-z]{3,8} ){12})?[a-z]{3,8})\\b',
    before: 16,
    after: 320,
    validator: 'distinct-words',
    confidence: 'medium',
  },
];
