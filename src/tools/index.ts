// What can be called. Now: which arguments of which tool are mirrored in Mcp-Param headers; the catalogue of approved definitions
// moves in here.
export { createHeaderCatalogue } from './header-catalogue.ts';
export type { HeaderCatalogue } from './header-catalogue.ts';
