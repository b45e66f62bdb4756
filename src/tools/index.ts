// What can be called, and by which name: names on routes with several servers, URI templates, and which arguments of which tool are
// mirrored in Mcp-Param headers; the catalogue of approved definitions moves in here.
export { createHeaderCatalogue } from './header-catalogue.ts';
export type { HeaderCatalogue } from './header-catalogue.ts';
export { bareNames, MAX_QUALIFIED_CHARS, qualifiedName, readQualifiedName } from './names.ts';
export type { OwnName, ReadName } from './names.ts';
export { matchesTemplate } from './uri-templates.ts';
