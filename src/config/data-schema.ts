// Where a config says that its data is. In a file of its own, since commands read this while the rest of the config is nobody's business yet.

import * as z from 'zod';

export const dataSchema = z
  .string()
  .min(1, 'must not be empty')
  .meta({ description: 'Folder for agents, records and run-time files, relative to this file.', examples: ['.sallyport'] })
  .default('.sallyport');
