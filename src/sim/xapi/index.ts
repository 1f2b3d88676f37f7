/** XAPI of the pretend cloud, as its neighbours use it. */
export { callXapi, hostAtAddress } from './dispatch';
export { getXapi } from './dump';
export * as hands from './hands';
export { LOSABLE_WORDS } from './lose';
export { XAPI_PASSWORD, XAPI_USER } from './login';
export { xapiSide } from './side';
export { serveXapi, type XapiEndpoint, type XapiListeners } from './wire';
export { putXapi } from './upload';
export { plain, XapiFailure, type XapiReply, type XapiValue } from './values';
