// What is run, or fetched, by showing it. Where it is ordinary (a page that a tool fetched, a picture of a readme) it is only said; where it is the form of an
// attack it is sure enough to be taken out.

import type { Detector, Reader, Surface } from '../types.ts';
import { findImage } from '../validators/active.ts';

// What agents send is not shown to anybody.
const SHOWN: readonly Surface[] = ['answer', 'question', 'definition'];

/** Detectors of active content. */
export const ACTIVE: readonly Detector[] = [
  {
    name: 'script-url',
    class: 'active',
    anchors: { kind: 'literals', literals: ['script:'] },
    before: 48,
    after: 256,
    validator: 'script-url',
    confidence: 'medium',
    surfaces: SHOWN,
  },
  {
    name: 'data-url',
    class: 'active',
    anchors: { kind: 'literals', literals: ['data:text/', 'data:application/'] },
    before: 4,
    after: 1024,
    validator: 'data-url',
    confidence: 'medium',
    surfaces: SHOWN,
  },
  {
    name: 'data-url-svg',
    class: 'active',
    anchors: { kind: 'literals', literals: ['data:image/svg'] },
    before: 4,
    after: 512,
    validator: 'data-url-svg',
    confidence: 'low',
    surfaces: SHOWN,
  },
  {
    name: 'event-handler',
    class: 'active',
    anchors: {
      kind: 'literals',
      literals: (
        'onerror onload onloadstart onloadend onunload onbeforeunload onfocus onfocusin onblur ontoggle onmouseover onmouseenter onmousemove onclick onpointerover onpointerenter ' +
        'onanimationstart onanimationend ontransitionend onbegin onend onscroll onwheel onpageshow onhashchange onpopstate onresize onstart onsubmit oninput onchange onkeydown oncanplay onplay onloadedmetadata ' +
        'onmessage onpaste oncopy ondrag oncontextmenu ondblclick onafterprint onsearch oninvalid onselect onfinish onbounce'
      ).split(' '),
    },
    before: 256,
    after: 384,
    validator: 'event-handler',
    confidence: 'medium',
    surfaces: SHOWN,
  },
  {
    name: 'active-svg',
    class: 'active',
    anchors: { kind: 'literals', literals: ['<svg'] },
    before: 4,
    after: 1024,
    validator: 'active-svg',
    confidence: 'medium',
    surfaces: SHOWN,
  },
  {
    name: 'meta-refresh',
    class: 'active',
    anchors: { kind: 'literals', literals: ['<meta'] },
    before: 4,
    after: 1024,
    validator: 'meta-refresh',
    confidence: 'medium',
    surfaces: SHOWN,
  },
  {
    name: 'script-markup',
    class: 'active',
    anchors: {
      kind: 'literals',
      literals: ['<script', '<iframe', '<frame', '<object', '<embed', '<applet', '<base', '<portal', '<fencedframe'],
    },
    before: 4,
    after: 640,
    validator: 'script-markup',
    confidence: 'low',
    surfaces: SHOWN,
  },
  {
    name: 'app-page',
    class: 'active',
    // MCP Apps: a page that the agent's host shows and runs. What it may reach is in the policy that it declares.
    anchors: {
      kind: 'literals',
      literals: ['text/html;profile=mcp-app', 'text/html; profile=mcp-app', 'text/html;profile="mcp-app"', 'text/html+mcp'],
    },
    confidence: 'low',
    surfaces: SHOWN,
  },
  {
    name: 'app-page-reach',
    class: 'active',
    anchors: { kind: 'name', literals: ['domains'] },
    after: 256,
    validator: 'wide-source',
    confidence: 'high',
    surfaces: SHOWN,
  },
];

/** Pictures from elsewhere: an address that carries data away is a beacon, and any other tells its host that somebody looks. */
export const IMAGES: Reader = {
  finds: [
    { name: 'image-beacon', class: 'active', confidence: 'medium', surfaces: SHOWN },
    { name: 'remote-image', class: 'active', confidence: 'low', surfaces: SHOWN },
  ],
  anchors: {
    kind: 'literals',
    literals: ['![', '<img', '<image', '<input', '<video', '<audio', '<source', 'url(', ']:http', ']: http', ']: <http', ']://', ']: //'],
  },
  before: 0,
  after: 768,
  cost: { look: 120, character: 1 },
  read: (candidate, emit) => {
    const image = findImage(candidate);
    if (image !== undefined) emit(image.carries ? 0 : 1, image.part);
  },
};
