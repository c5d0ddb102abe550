/** As package.json says, which the built program does not carry in its own folder. */
export const VERSION = '0.1.0';
