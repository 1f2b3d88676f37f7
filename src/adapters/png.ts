/** SVG to PNG, with a font of its own: a container has none, and text without a font is not drawn at all. */
import { Resvg } from '@resvg/resvg-js';

const FONT = 'DejaVu Sans';

/** Twice as fine as it is drawn: people zoom in on a phone. */
const ZOOM = 2;

export const png = (svg: string): Uint8Array =>
  new Resvg(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: {
      loadSystemFonts: false,
      fontFiles: [require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')],
      defaultFontFamily: FONT,
    },
  })
    .render()
    .asPng();
