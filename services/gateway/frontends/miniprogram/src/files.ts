/** Handing a file to the person: a download in a browser, a message to oneself in WeChat. */

/** @throws when the platform refuses. */
export function handOver(name: string, text: string, type: string): Promise<void> {
  // #ifdef H5
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.appendChild(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return Promise.resolve()
  // #endif
  // #ifdef MP-WEIXIN
  const path = `${wx.env.USER_DATA_PATH}/${name}`
  void type
  return new Promise((resolve, reject) => {
    uni.getFileSystemManager().writeFile({
      filePath: path,
      data: text,
      encoding: 'utf8',
      success: () => wx.shareFileMessage({ filePath: path, fileName: name, success: () => resolve(), fail: reject }),
      fail: reject,
    })
  })
  // #endif
}
