# Что видно: наблюдение, журнал запросов, разрешения на отладку, переход на новую версию.

status-broken = Ошибка в файле школы
status-broken-how = { $why } — подробно: exchange check { $school }

watch-head = { $runs ->
    [one] Сейчас идёт { $runs } отправка
    [few] Сейчас идут { $runs } отправки
   *[other] Сейчас идёт { $runs } отправок
}, ждут своей очереди у портала: { $waiting }
watch-nothing = Ничего не выполняется.
watch-task = Задача
watch-run = Номер
watch-phase = Что делает
watch-done = Готово
watch-requests = Запросов
watch-waits = Ждут очереди
watch-age = Идёт
watch-process = Процесс
watch-begins = Начинает

requests-when = Когда
requests-system = Система
requests-request = Запрос
requests-answer = Ответ
requests-bytes = Отправлено / получено
requests-attempt = Попытка
requests-time = Время
requests-ms = { $n } мс
requests-no-connection = нет связи
requests-no-answer = нет ответа
requests-too-large = ответ слишком велик
requests-refused = запрещено настройками
requests-sent = Тело запроса из строки { $n }:
requests-received = Тело ответа на запрос из строки { $n }:

debug-granted = Тела запросов задачи { $task } сохраняются до { $until }. Это персональные данные: они хранятся в зашифрованном виде и после этого срока удаляются.
debug-revoked = Тела запросов задачи { $task } больше не сохраняются; сохранённые удалены.
debug-none = Для задачи { $task } разрешения на отладку не было.
debug-nobody = Тела запросов не сохраняются ни для одной задачи.
debug-too-long = Разрешение на отладку даётся самое большее на неделю.
debug-no-reason = Нужна причина: она попадёт в журнал действий.
debug-no-bodies = Тела запросов отправки { $run } не сохранены: во время отправки не было разрешения на отладку, или его срок истёк.
debug-until = До
debug-who = Кто разрешил
debug-why = Причина

audit-debug-grant = разрешено сохранять тела запросов
audit-debug-read = просмотрены тела запросов
audit-debug-revoke = отозвано разрешение сохранять тела запросов
erase-of-request-body = тела запросов, сохранённые для поиска неисправностей
erase-of-debug-grant = разрешения на отладку

migrate-current = Файлов данных, которые менять не нужно: { $n } (всего { $all }).
migrate-rehearsed = { $file }: переход с версии { $from } на { $to } проверен на копии
migrate-upgraded = { $file }: данные переведены с версии { $from } на { $to }
migrate-newer = { $file }: данные версии { $from } созданы более новой программой, эта знает версии до { $to }
migrate-failed = { $file }: переход с версии { $from } на { $to } не удаётся; ничего не изменено
migrate-fits = Данные подходят для этой версии программы.
migrate-too-new = { $n ->
    [one] { $n } файл данных создан
    [few] { $n } файла данных созданы
   *[other] { $n } файлов данных созданы
} более новой программой, например { $file }
migrate-too-new-hint = оставьте установленную версию или восстановите резервную копию, сделанную до её первого запуска

help-status-watch = Показывать, что выполняется сейчас, пока не прервут (с --json — по строке JSON на каждый показ)
help-status-every = С --watch: как часто, например 1s или 10s
help-show-bodies = Показать журнал запросов с телами (если они сохранены по exchange debug grant)
help-debug = Разрешения сохранять тела запросов для поиска неисправностей
help-debug-grant = Разрешить на время; попадёт в журнал действий
help-debug-grant-task = Школа/задача
help-debug-grant-time = На сколько, например 2h (самое большее 168h)
help-debug-grant-reason = Причина; попадёт в журнал действий, поэтому без имён
help-debug-revoke = Отозвать разрешение и удалить сохранённое
help-debug-revoke-task = Школа/задача
help-debug-list = Показать действующие разрешения
help-debug-list-place = Школа или школа/задача
help-migrate = Перевести данные на версию этой программы, сначала проверив на копии
help-migrate-check = Только проверить на копии, ничего не менять
help-migrate-known = Показать, какие версии данных знает эта программа
help-migrate-fits = Поймёт ли данные программа, которая знает эти версии, например "host=2 school=4"
help-man = Записать страницы руководства man в папку
help-man-dir = Папка
