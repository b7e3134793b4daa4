// What the console takes of its libraries. build.sh bundles it into ../app/vendor.js.
export { Fragment, createContext, render } from 'preact';
export { useCallback, useContext, useEffect, useErrorBoundary, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
export { default as uPlot } from 'uplot';
import { h } from 'preact';
import htm from 'htm';

export const html = htm.bind(h);
