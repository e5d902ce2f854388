/** Colours for a terminal; none when piped or with NO_COLOR. */
import pc from 'picocolors';

export const colors = pc.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
