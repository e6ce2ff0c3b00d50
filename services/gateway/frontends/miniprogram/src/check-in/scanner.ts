/** The platform's scanner: WeChat's own, or in a browser the page with the camera. */

/** Open the scanner; `found` gets what was read, also when the person is asked for another. */
export function openScanner(found: (text: string) => void): void {
  // #ifdef MP-WEIXIN
  uni.scanCode({
    scanType: ['qrCode'],
    // A link of ours comes as text; WeChat hands its own mini-program codes over as a path.
    success: (read) => found(read.result || read.path || ''),
  })
  // #endif
  // #ifdef H5
  uni.navigateTo({
    url: '/pages/scan/scan',
    events: { found },
  })
  // #endif
}
