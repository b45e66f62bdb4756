// The engine that the gateway has when its config says nothing about inspection, for everything that measures it.

import { BUILT_IN, createEngine, DEFAULT_INSPECTION } from '../../src/inspection/index.ts';

const compiled = createEngine(DEFAULT_INSPECTION);
if (!compiled.ok) throw new Error(`the built-in detectors do not compile: ${JSON.stringify(compiled.error)}`);

export const engine = compiled.value;

/** The texts at which detectors begin to look. */
export const ANCHORS: readonly string[] = BUILT_IN.flatMap(({ anchors }) => (anchors.kind === 'literals' ? anchors.literals : []));
