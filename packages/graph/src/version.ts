/** Of the package; a test holds it to package.json. */
export const graphVersion = '0.1.0';
